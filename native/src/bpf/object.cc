// SPDX-License-Identifier: GPL-2.0-only
#include "bpf/object.h"

#include <cerrno>
#include <cstdarg>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <utility>

#include "support/error.h"
#include "support/versions.h"

namespace pktpath {
namespace {

thread_local std::string libbpf_log;

int collect_log(libbpf_print_level level, const char* format, va_list arguments) {
  if (level != LIBBPF_WARN) return 0;
  char line[1024];
  const int length = std::vsnprintf(line, sizeof(line), format, arguments);
  if (length > 0) libbpf_log += line;
  return length;
}

// The first warning says what went wrong; what follows says what that led to.
std::string first_warning() {
  std::string log = take_libbpf_log();
  const std::size_t end = log.find('\n');
  if (end != std::string::npos) log.resize(end);
  constexpr const char* kPrefix = "libbpf: ";
  return log.starts_with(kPrefix) ? log.substr(std::strlen(kPrefix)) : log;
}

[[noreturn]] void throw_libbpf(const std::string& what, int error) {
  const std::string warning = first_warning();
  throw Error(what + ": " + errno_text(error) + (warning.empty() ? "" : ": " + warning));
}

}  // namespace

std::string libbpf_version() { return libbpf_version_string(); }

std::string take_libbpf_log() { return std::exchange(libbpf_log, {}); }

std::string exact_variant(const std::string& path) {
  constexpr const char* kEnd = ".bpf.o";
  if (!path.ends_with(kEnd)) throw Error(path + " has no variant for exact runs: it is no *.bpf.o");
  return path.substr(0, path.size() - std::strlen(kEnd)) + ".exact" + kEnd;
}

Object::Object(const std::string& path) : path_(path) {
  libbpf_set_print(&collect_log);
  take_libbpf_log();
  object_.reset(bpf_object__open_file(path.c_str(), nullptr));
  if (!object_) throw_libbpf("cannot open the BPF object " + path, errno);
}

std::vector<std::string> Object::optional_programs() const {
  std::vector<std::string> names;
  bpf_program* program = nullptr;
  bpf_object__for_each_program(program, object_.get()) {
    if (!bpf_program__autoload(program)) names.emplace_back(bpf_program__name(program));
  }
  return names;
}

bpf_program* Object::find(const std::string& program) const {
  bpf_program* found = bpf_object__find_program_by_name(object_.get(), program.c_str());
  if (found == nullptr) throw Error("the BPF object " + path_ + " has no program '" + program + "'");
  return found;
}

void Object::choose(const std::string& program, const std::string& target) {
  bpf_program* found = find(program);
  bpf_program__set_autoload(found, true);
  if (target.empty()) return;
  targets_[program] = target;
  if (bpf_program__type(found) != BPF_PROG_TYPE_TRACING) return;
  const int error = bpf_program__set_attach_target(found, 0, target.c_str());
  if (error != 0) throw_libbpf("cannot aim " + program + " at " + target, -error);
}

bpf_map* Object::find_map(const char* name) const {
  bpf_map* found = bpf_object__find_map_by_name(object_.get(), name);
  if (found == nullptr) throw Error("the BPF object " + path_ + " has no map '" + name + "'");
  return found;
}

void Object::set_config(const void* config, std::size_t size) {
  const int error = bpf_map__set_initial_value(find_map(".rodata.config"), config, size);
  if (error != 0) throw_libbpf("cannot set the configuration of " + path_, -error);
}

void Object::size_map(const char* name, unsigned entries) {
  const int error = bpf_map__set_max_entries(find_map(name), entries);
  if (error != 0) throw_libbpf("cannot size the map " + std::string(name) + " of " + path_, -error);
}

void Object::leave_out_map(const char* name) {
  const int error = bpf_map__set_autocreate(find_map(name), false);
  if (error != 0) throw_libbpf("cannot leave out the map " + std::string(name) + " of " + path_, -error);
}

void Object::load() {
  take_libbpf_log();
  const int error = bpf_object__load(object_.get());
  if (error != 0) throw_libbpf("the kernel refused to load " + path_, -error);
}

Link Object::attach(const std::string& program) const {
  take_libbpf_log();
  bpf_program* found = find(program);
  const std::string to = target(program);
  bpf_link* link = by_kprobe(program)
                       ? bpf_program__attach_kprobe(found, to.starts_with("kretprobe"), function(program).c_str())
                       : bpf_program__attach(found);
  if (link == nullptr) throw_libbpf("cannot attach " + program + " to " + to, errno);
  return Link(link);
}

int Object::program_fd(const std::string& program) const { return bpf_program__fd(find(program)); }

std::string Object::target(const std::string& program) const {
  std::string section = bpf_program__section_name(find(program));
  if (section.starts_with('?')) section.erase(0, 1);
  const auto named = targets_.find(program);
  return named == targets_.end() ? section : section.substr(0, section.find('/')) + "/" + named->second;
}

std::string Object::function(const std::string& program) const {
  const std::string to = target(program);
  const std::size_t slash = to.find('/');
  return slash == std::string::npos ? std::string() : to.substr(slash + 1);
}

bool Object::by_kprobe(const std::string& program) const {
  const std::string to = target(program);
  return to.starts_with("kprobe") || to.starts_with("kretprobe");
}

bool Object::has_target(const std::string& program) const {
  const std::string to = target(program);
  const bool on_function = by_kprobe(program) || to.starts_with("fentry") || to.starts_with("fexit");
  return !on_function || !function(program).empty();
}

int Object::map_fd(const char* name) const { return bpf_map__fd(find_map(name)); }

void run_on_cpu(int program_fd, int cpu, const char* what) {
  LIBBPF_OPTS(bpf_test_run_opts, options);
  options.flags = BPF_F_TEST_RUN_ON_CPU;
  options.cpu = cpu;
  const int error = bpf_prog_test_run_opts(program_fd, &options);
  if (error != 0) throw_errno(std::string(what) + " on CPU " + std::to_string(cpu), -error);
}

unsigned possible_cpus() {
  const int cpus = libbpf_num_possible_cpus();
  if (cpus <= 0) throw_errno("cannot tell the number of CPUs", -cpus);
  return static_cast<unsigned>(cpus);
}

// "0-3,8,10-11"
std::vector<int> online_cpus() {
  std::ifstream file("/sys/devices/system/cpu/online");
  std::vector<int> cpus;
  int first = 0;
  while (file >> first) {
    int last = first;
    if (file.peek() == '-') {
      file.get();
      file >> last;
    }
    for (int cpu = first; cpu <= last; ++cpu) cpus.push_back(cpu);
    if (file.peek() == ',') file.get();
  }
  if (cpus.empty()) throw Error("cannot read /sys/devices/system/cpu/online");
  return cpus;
}

}  // namespace pktpath
