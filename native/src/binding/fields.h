// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <napi.h>
#include <sched.h>

#include <cmath>
#include <map>
#include <string>

namespace pktpath {

constexpr double kMaxCpu = CPU_SETSIZE - 1;  // what sched_setaffinity(2) can name with a set of fixed size

// Reads the fields of a JavaScript object and trusts none of them: each is there, of its type and within its range,
// or a TypeError names it.
class Fields {
 public:
  Fields(const Napi::Value& value, std::string name) : name_(std::move(name)) {
    if (!value.IsObject()) throw Napi::TypeError::New(value.Env(), name_ + " is not an object");
    object_ = value.As<Napi::Object>();
  }

  Fields object(const char* key) const { return {object_.Get(key), path(key)}; }
  bool is_null(const char* key) const { return object_.Get(key).IsNull(); }
  bool has(const char* key) const { return object_.Has(key); }
  bool given(const char* key) const { return !object_.Get(key).IsUndefined(); }

  std::string string(const char* key) const { return text(object_.Get(key), key, "is not a string"); }

  bool boolean(const char* key) const {
    const Napi::Value value = object_.Get(key);
    if (!value.IsBoolean()) fail(key, "is not a boolean");
    return value.As<Napi::Boolean>();
  }

  double number(const char* key, double low, double high) const {
    const Napi::Value value = object_.Get(key);
    if (!value.IsNumber()) fail(key, "is not a number");
    const double number = value.As<Napi::Number>();
    if (!(number >= low && number <= high)) {
      fail(key, "is " + std::to_string(number) + ", not within " + std::to_string(low) + " to " + std::to_string(high));
    }
    return number;
  }

  template <typename T>
  T integer(const char* key, double low, double high) const {
    const double value = number(key, low, high);
    if (value != std::floor(value)) fail(key, "is not an integer");
    return static_cast<T>(value);
  }

  template <typename T>
  std::vector<T> integers(const char* key, double low, double high) const {
    const Napi::Value value = object_.Get(key);
    if (!value.IsArray()) fail(key, "is not an array");
    const Napi::Array array = value.As<Napi::Array>();
    std::vector<T> numbers;
    for (std::uint32_t i = 0; i < array.Length(); ++i) {
      const Napi::Value each = array.Get(i);
      const double number = each.IsNumber() ? each.As<Napi::Number>().DoubleValue() : std::nan("");
      if (!(number >= low && number <= high) || number != std::floor(number)) {
        fail(key, "holds something that is no integer from " + std::to_string(low) + " to " + std::to_string(high));
      }
      numbers.push_back(static_cast<T>(number));
    }
    return numbers;
  }

  std::vector<std::string> strings(const char* key) const {
    const Napi::Value value = object_.Get(key);
    if (!value.IsArray()) fail(key, "is not an array");
    const Napi::Array array = value.As<Napi::Array>();
    std::vector<std::string> strings;
    for (std::uint32_t i = 0; i < array.Length(); ++i) {
      strings.push_back(text(array.Get(i), key, "holds something that is no string"));
    }
    return strings;
  }

  // An object whose fields are all strings.
  std::map<std::string, std::string> texts(const char* key) const {
    const Napi::Value value = object_.Get(key);
    if (!value.IsObject() || value.IsArray() || value.IsFunction()) fail(key, "is not an object");
    const Napi::Object held = value.As<Napi::Object>();
    const Napi::Array names = held.GetPropertyNames();
    std::map<std::string, std::string> texts;
    for (std::uint32_t i = 0; i < names.Length(); ++i) {
      const Napi::Value name = names.Get(i);
      texts[text(name, key, "has a key that is no string")] =
          text(held.Get(name), key, "holds something that is no string");
    }
    return texts;
  }

  [[noreturn]] void fail(const char* key, const std::string& why) const {
    throw Napi::TypeError::New(object_.Env(), path(key) + " " + why);
  }

 private:
  // A NUL would end the text early for every C function behind the border.
  std::string text(const Napi::Value& value, const char* key, const char* otherwise) const {
    if (!value.IsString()) fail(key, otherwise);
    std::string text = value.As<Napi::String>();
    if (text.find('\0') != std::string::npos) fail(key, "holds a NUL");
    return text;
  }

  std::string path(const char* key) const { return name_ + "." + key; }

  Napi::Object object_;
  std::string name_;
};

}  // namespace pktpath
