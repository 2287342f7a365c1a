// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <stdexcept>
#include <string>

namespace pktpath {

// A failure that reaches JavaScript as an Error: the message says what failed, on what, and why.
class Error : public std::runtime_error {
 public:
  explicit Error(const std::string& what) : std::runtime_error(what) {}
};

// What this kernel, device or machine cannot give: the cell is skipped with these words, and the run goes on.
class Unsupported : public Error {
 public:
  using Error::Error;
};

// "EPERM (Operation not permitted)".
std::string errno_text(int error);

// "EPERM", or "errno 4242" for a number that has no name.
std::string errno_name(int error);

[[noreturn]] void throw_errno(const std::string& what, int error);
[[noreturn]] void throw_unsupported(const std::string& what, int error);

}  // namespace pktpath
