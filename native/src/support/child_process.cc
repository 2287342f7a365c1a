// SPDX-License-Identifier: GPL-2.0-only
#include "support/child_process.h"

#include <fcntl.h>
#include <linux/close_range.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <cerrno>
#include <cstdlib>
#include <sstream>

#include "support/error.h"

namespace pktpath {
namespace {

constexpr std::size_t kMostOutput = 64 << 10;

// In the child, between fork and exec, where of a process with threads only async-signal-safe calls are allowed.
[[noreturn]] void become(const char* program, char* const arguments[], int null, int output, int failed, pid_t parent) {
  setpgid(0, 0);
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) _exit(127);  // it died before
  // what Node ignores or blocks, the program does not expect to be so
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  for (int number = 1; number < NSIG; ++number) ::signal(number, SIG_DFL);
  dup2(null, STDIN_FILENO);
  dup2(output, STDOUT_FILENO);
  dup2(output, STDERR_FILENO);
  // what somebody before us left open; kernels before 5.11 leave it so
  syscall(SYS_close_range, 3U, ~0U, CLOSE_RANGE_CLOEXEC);
  execv(program, arguments);
  const int error = errno;
  [[maybe_unused]] const ssize_t written = write(failed, &error, sizeof(error));
  _exit(127);
}

struct Pipe {
  FileDescriptor reads;
  FileDescriptor writes;

  Pipe() {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) throw_errno("cannot make a pipe", errno);
    reads = FileDescriptor(ends[0]);
    writes = FileDescriptor(ends[1]);
  }
};

}  // namespace

std::string find_program(const std::string& name) {
  if (name.find('/') != std::string::npos) {
    if (access(name.c_str(), X_OK) != 0) throw_unsupported("the program " + name + " cannot be run", errno);
    return name;
  }
  const char* path = std::getenv("PATH");
  std::istringstream folders(std::string(path == nullptr ? "/usr/bin:/bin" : path) + ":/usr/sbin:/sbin");
  for (std::string folder; !name.empty() && std::getline(folders, folder, ':');) {
    std::string candidate = folder + "/" + name;
    if (!folder.empty() && access(candidate.c_str(), X_OK) == 0) return candidate;
  }
  throw Unsupported("the program '" + name + "' is not installed");
}

ChildProcess::ChildProcess(const std::vector<std::string>& command) {
  const std::string program = find_program(command.at(0));
  std::vector<char*> arguments;
  for (const std::string& argument : command) arguments.push_back(const_cast<char*>(argument.c_str()));
  arguments.push_back(nullptr);
  const FileDescriptor null(open("/dev/null", O_RDONLY | O_CLOEXEC));
  if (!null) throw_errno("cannot open /dev/null", errno);
  Pipe output;
  Pipe failed;  // closed by the exec, or it brings the exec's errno
  if (fcntl(output.reads.get(), F_SETFL, O_NONBLOCK) != 0) throw_errno("cannot set up a pipe", errno);

  const pid_t parent = getpid();
  pid_ = fork();
  if (pid_ < 0) throw_errno("cannot start " + program, errno);
  if (pid_ == 0) {
    become(program.c_str(), arguments.data(), null.get(), output.writes.get(), failed.writes.get(), parent);
  }
  failed.writes.reset();
  printed_ = std::move(output.reads);
  int error = 0;
  ssize_t n = 0;
  while ((n = read(failed.reads.get(), &error, sizeof(error))) < 0 && errno == EINTR) continue;
  ended_ = FileDescriptor(static_cast<int>(syscall(SYS_pidfd_open, pid_, 0)));
  if (!ended_ && n == 0) error = errno;
  if (error != 0) {
    reap();
    throw_unsupported("cannot run " + program, error);
  }
}

ChildProcess::~ChildProcess() { reap(); }

bool ChildProcess::wait(int timeout_ms) {
  pollfd looks[]{{ended_.get(), POLLIN, 0}, {printed_.get(), POLLIN, 0}};
  // a pipe that was closed is always ready, and says nothing
  if (poll(looks, printed_ ? 2 : 1, timeout_ms) < 0 && errno != EINTR) throw_errno("cannot wait for a program", errno);
  take_output();
  return (looks[0].revents & POLLIN) != 0;
}

void ChildProcess::kill(int signal) {
  if (pid_ != 0) ::kill(-pid_, signal);
}

int ChildProcess::status() {
  reap();
  return status_;
}

void ChildProcess::take_output() {
  char chunk[4096];
  ssize_t n = 0;
  while (printed_ && (n = read(printed_.get(), chunk, sizeof(chunk))) > 0) {
    output_.append(chunk, static_cast<std::size_t>(n));
    if (output_.size() > 2 * kMostOutput) output_.erase(0, output_.size() - kMostOutput);
  }
  if (output_.size() > kMostOutput) output_.erase(0, output_.size() - kMostOutput);
  if (n == 0) printed_.reset();
}

// While the leader is not reaped, the number of its group is nobody else's.
void ChildProcess::reap() {
  if (pid_ == 0) return;
  kill(SIGKILL);
  while (waitpid(pid_, &status_, 0) < 0 && errno == EINTR) continue;
  pid_ = 0;
}

}  // namespace pktpath
