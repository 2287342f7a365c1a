// SPDX-License-Identifier: GPL-2.0-only
// libpcap as tcpdump uses it: a ring, pcap_dispatch, a callback a packet.
#include <linux/if_packet.h>
#include <pcap/pcap.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <cerrno>
#include <cinttypes>
#include <cstdio>
#include <fstream>
#include <utility>

#include "paths/filter.h"
#include "paths/packet_path.h"
#include "paths/ring_geometry.h"
#include "support/error.h"
#include "support/versions.h"

namespace pktpath {
namespace {

struct CloseHandle {
  void operator()(pcap_t* handle) const { pcap_close(handle); }
};

class Libpcap final : public Path {
 public:
  explicit Libpcap(const TrialSpec& spec) : spec_(spec) {}

  void open() override {
    char error[PCAP_ERRBUF_SIZE] = "";
    handle_.reset(pcap_create(spec_.receiver.interface.c_str(), error));
    if (!handle_) throw Error("pcap_create on " + spec_.receiver.interface + ": " + error);
    pcap_t* handle = handle_.get();
    if (pcap_set_snaplen(handle, static_cast<int>(spec_.path.snaplen)) != 0 ||
        pcap_set_timeout(handle, static_cast<int>(spec_.path.timeout_ms)) != 0 ||
        pcap_set_immediate_mode(handle, spec_.path.immediate ? 1 : 0) != 0 ||
        pcap_set_buffer_size(handle, static_cast<int>(spec_.path.buffer_bytes)) != 0) {
      throw Error("libpcap refused an option");
    }
    const int status = pcap_activate(handle);
    if (status < 0) {
      throw Error("pcap_activate on " + spec_.receiver.interface + ": " + pcap_statustostr(status) + ": " +
                  pcap_geterr(handle));
    }
    ignore_outgoing(pcap_fileno(handle));
    geometry_ = ring_geometry(pcap_fileno(handle));
    filter_ = Filter(spec_.path.filter, spec_.path.snaplen);
    if (filter_.program() != nullptr && pcap_setfilter(handle, filter_.program()) != 0) {
      throw Error(std::string("pcap_setfilter: ") + pcap_geterr(handle));
    }
  }

  void run() override {
    while (!stopped()) {
      fresh_ = true;
      const int packets = pcap_dispatch(handle_.get(), -1, &Libpcap::on_packet, reinterpret_cast<u_char*>(this));
      if (packets == PCAP_ERROR_BREAK) return;
      if (packets < 0) throw Error(std::string("pcap_dispatch: ") + pcap_geterr(handle_.get()));
      if (packets > 0) reader_.count_call(static_cast<std::size_t>(packets));
    }
  }

  void stop() override {
    Path::stop();
    if (handle_) pcap_breakloop(handle_.get());
  }

  Drops take_drops() override {
    pcap_stat statistics{};
    if (pcap_stats(handle_.get(), &statistics) != 0) {
      throw Error(std::string("pcap_stats: ") + pcap_geterr(handle_.get()));
    }
    const u_int drops = statistics.ps_drop - std::exchange(drops_seen_, statistics.ps_drop);
    return {{"socket", drops}};
  }

  bool wants(const std::uint8_t* frame, std::size_t size) const override { return filter_.wants(frame, size); }
  bool has_filter() const override { return spec_.path.filter.has_value(); }

  bool counts_system_calls() const override { return false; }

  Granted granted() const override {
    const int fd = pcap_fileno(handle_.get());
    int version = -1;
    socklen_t size = sizeof(version);
    if (getsockopt(fd, SOL_PACKET, PACKET_VERSION, &version, &size) != 0) {
      throw_errno("cannot read PACKET_VERSION", errno);
    }
    Granted granted = geometry_;
    granted["tpacketVersion"] = static_cast<double>(version + 1);
    granted["ringBytes"] = static_cast<double>(ring_bytes(fd));
    granted["snaplen"] = static_cast<double>(pcap_snapshot(handle_.get()));
    return granted;
  }

 private:
  static void on_packet(u_char* user, const pcap_pkthdr* header, const u_char* data) {
    Libpcap& path = *reinterpret_cast<Libpcap*>(user);
    if (std::exchange(path.fresh_, false)) path.reader_.handed();  // the whole block is at hand with its first packet
    path.reader_.count_copied(header->caplen);
    path.reader_.frame(data, header->caplen, header->len);
  }

  // libpcap does not tell its ring's size; the kernel does, as the length of the socket's mapping.
  static std::uint64_t ring_bytes(int fd) {
    struct stat status {};
    if (fstat(fd, &status) != 0) throw_errno("cannot stat the capture socket", errno);
    std::ifstream maps("/proc/self/maps");
    std::string line;
    std::uint64_t bytes = 0;
    while (std::getline(maps, line)) {
      std::uint64_t begin = 0;
      std::uint64_t end = 0;
      std::uint64_t inode = 0;
      if (std::sscanf(line.c_str(), "%" SCNx64 "-%" SCNx64 " %*s %*s %*s %" SCNu64, &begin, &end, &inode) == 3 &&
          inode == status.st_ino && line.find("socket:") != std::string::npos) {
        bytes += end - begin;
      }
    }
    return bytes;
  }

  const TrialSpec& spec_;
  std::unique_ptr<pcap_t, CloseHandle> handle_;
  Filter filter_;
  Granted geometry_;
  u_int drops_seen_ = 0;
  bool fresh_ = false;
};

}  // namespace

std::string libpcap_version() { return pcap_lib_version(); }

std::unique_ptr<Path> make_libpcap_path(const TrialSpec& spec) { return std::make_unique<Libpcap>(spec); }

}  // namespace pktpath
