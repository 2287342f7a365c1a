// SPDX-License-Identifier: GPL-2.0-only
#include "trial/soaker.h"

#include <algorithm>
#include <chrono>
#include <string>
#include <thread>
#include <utility>

#include "support/clock.h"
#include "support/error.h"
#include "support/thread_setup.h"

namespace pktpath {
namespace {

using namespace std::chrono_literals;

// One below the path, one above it.
constexpr int kYielding = kSoakedPathPriority - 1;
constexpr int kHolding = kSoakedPathPriority + 1;

// Long enough that giving way is little beside it, short enough for veth's ring of 256 at half a million packets/s.
constexpr std::uint64_t kSlotNs = 500'000;

// Offers of each calibration: one a slot, so that 25 ms go by.
constexpr unsigned kIdleOffers = 50;
// Giving way is two system calls, 1 to 4 us. What takes longer in the median is somebody who waits.
constexpr std::uint64_t kDearestOfferNs = 20'000;
// Many slots: a CPU that gives so few has something of a higher priority on it.
constexpr auto kPatience = 1s;

}  // namespace

std::uint64_t idle_offer_ns(std::vector<std::uint64_t> offers) {
  if (offers.empty()) throw Error("the soaker has nothing to compare with: its CPU was never idle");
  const auto middle = offers.begin() + static_cast<std::ptrdiff_t>(offers.size() / 2);
  std::nth_element(offers.begin(), middle, offers.end());
  if (*middle > kDearestOfferNs) {
    throw Error("giving way took the soaker " + std::to_string(*middle) + " ns of a CPU that should be idle, above " +
                std::to_string(kDearestOfferNs) + ": something with a real-time priority runs on it");
  }
  return *middle;
}

Soaker::Soaker(int cpu) : worker_({"pktpath-soak", "", cpu, 0}) {
  worker_.run([this] { never_preempt(worker_.tid(), kHolding); }).get();
  soaked_ = worker_.run([this] { soak(); });
}

Soaker::~Soaker() { stop_.store(true, std::memory_order_relaxed); }

void Soaker::soak() {
  while (!stop_.load(std::memory_order_relaxed)) {
    const std::uint64_t end = now_ns() + kSlotNs;
    std::uint64_t begin = now_ns();
    while (begin < end) begin = now_ns();
    never_preempt(worker_.tid(), kYielding);  // whoever waits runs now, until nobody does
    never_preempt(worker_.tid(), kHolding);
    const std::uint64_t ns = now_ns() - begin;
    taken_ns_.store(taken_ns_.load(std::memory_order_relaxed) + ns, std::memory_order_relaxed);
    offers_.store(offers_.load(std::memory_order_relaxed) + 1, std::memory_order_release);
  }
}

Soaker::Taken Soaker::taken() const {
  for (;;) {
    const std::uint64_t offers = offers_.load(std::memory_order_acquire);
    const std::uint64_t ns = taken_ns_.load(std::memory_order_acquire);
    if (offers_.load(std::memory_order_relaxed) == offers) return {offers, ns};
  }
}

void Soaker::calibrate() {
  Taken before = taken();
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  for (unsigned i = 0; i < kIdleOffers;) {
    std::this_thread::sleep_for(100us);
    const Taken now = taken();
    if (now.offers == before.offers + 1) idle_offers_ns_.push_back(now.ns - before.ns);
    if (now.offers != before.offers) i += 1;
    before = now;
    if (std::chrono::steady_clock::now() > deadline) throw Error("the soaker got no time on its CPU");
  }
}

void Soaker::open() {
  opened_ns_ = now_ns();
  opened_ = taken();
}

void Soaker::close() {
  const Taken closed = taken();
  soaking_.window_ns = now_ns() - opened_ns_;
  soaking_.offers = closed.offers - opened_.offers;
  soaking_.taken_ns = closed.ns - opened_.ns;
}

Soaking Soaker::result() const {
  Soaking soaking = soaking_;
  soaking.idle_offer_ns = idle_offer_ns(idle_offers_ns_);
  return soaking;
}

}  // namespace pktpath
