// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "account.h"
#include "bpf/cpu_array.h"

namespace pktpath {

struct CloseObject {
  void operator()(bpf_object* object) const { bpf_object__close(object); }
};
struct DestroyLink {
  void operator()(bpf_link* link) const { bpf_link__destroy(link); }
};
using Link = std::unique_ptr<bpf_link, DestroyLink>;

// A BPF object file, its programs chosen by name. Errors carry libbpf's own last words.
class Object {
 public:
  explicit Object(const std::string& path);

  const std::string& path() const { return path_; }
  std::vector<std::string> optional_programs() const;

  // Programs whose section begins with '?' are loaded only when chosen. `target`: the kernel function of a program on a
  // function, where that is not the one that its section names.
  void choose(const std::string& program, const std::string& target = {});
  // The object's read-only configuration, and the size of a map that has one entry a CPU or the like. Before load().
  template <typename Config>
  void set_config(const Config& config) {
    set_config(&config, sizeof(config));
  }
  void size_map(const char* name, unsigned entries);
  // A map that none of the chosen programs uses, and that this kernel may not have.
  void leave_out_map(const char* name);
  void load();

  Link attach(const std::string& program) const;
  int program_fd(const std::string& program) const;
  // Way and target as libbpf writes them: tp_btf/sched_switch, fentry/e100_intr.
  std::string target(const std::string& program) const;
  int map_fd(const char* name) const;

  // Of a program on a function: its name; whether a kprobe takes it there, and whether it is known at all.
  std::string function(const std::string& program) const;
  bool by_kprobe(const std::string& program) const;
  bool has_target(const std::string& program) const;

 private:
  bpf_program* find(const std::string& program) const;
  bpf_map* find_map(const char* name) const;
  void set_config(const void* config, std::size_t size);

  std::string path_;
  std::map<std::string, std::string> targets_;
  std::unique_ptr<bpf_object, CloseObject> object_;
};

// Of NAME.bpf.o the one beside it that accounts for its own time: NAME.exact.bpf.o.
std::string exact_variant(const std::string& path);

using Accounts = CpuArray<pktpath_cpu_account>;

// Runs a raw_tp program once on one CPU.
void run_on_cpu(int program_fd, int cpu, const char* what);

// libbpf's warnings since the last call, on this thread.
std::string take_libbpf_log();

unsigned possible_cpus();
std::vector<int> online_cpus();

}  // namespace pktpath
