// SPDX-License-Identifier: Apache-2.0
#include "monitor/mirror/findings_file.h"

#include <algorithm>
#include <charconv>
#include <string_view>
#include <utility>

#include <boost/json.hpp>

#include "monitor/mirror/files.h"

namespace candor::mirror {
namespace {

namespace json = boost::json;

constexpr std::uint64_t kFileBytesMax = std::uint64_t{64} << 20;
constexpr std::uint64_t kSettledBytesMax = 4096;

std::string line_of(const KeptFinding& finding) {
  const json::object object{{"kind", finding.kind},
                            {"rule", finding.rule},
                            {"severity", finding.severity},
                            {"index", finding.index},
                            {"seen", to_rfc3339(finding.seen)},
                            {"stream", finding.stream},
                            {"sentence", finding.sentence}};
  return json::serialize(object) + "\n";
}

std::string text_in(const json::object& object, std::string_view key) {
  const json::value* value = object.if_contains(json::string_view(key));
  return value != nullptr && value->is_string() ? std::string(value->get_string()) : "";
}

bool read_line(std::string_view line, KeptFinding& finding) {
  boost::system::error_code code;
  const json::value value = json::parse(json::string_view(line), code);
  if (code.failed() || !value.is_object()) {
    return false;
  }
  const json::object& object = value.get_object();
  finding.kind = text_in(object, "kind");
  finding.rule = text_in(object, "rule");
  finding.severity = text_in(object, "severity");
  finding.stream = text_in(object, "stream");
  finding.sentence = text_in(object, "sentence");
  finding.seen = parse_rfc3339(text_in(object, "seen")).value_or(UtcTime{});
  if (const json::value* index = object.if_contains("index"); index != nullptr) {
    finding.index = index->to_number<std::uint64_t>(code);
  }
  return true;
}

Result<std::uint64_t> settled_bytes(const std::string& folder) {
  const std::string path = folder + "/settled";
  if (!exists(path)) {
    return 0;
  }
  CANDOR_TRY(const Bytes bytes, read_file(path, kSettledBytesMax));
  std::uint64_t settled = 0;
  const std::string_view text = as_text(bytes);
  std::from_chars(text.data(), text.data() + text.size(), settled);
  return settled;
}

}  // namespace

Result<FindingsFile> FindingsFile::open(const std::string& folder) {
  FindingsFile file(folder);
  CANDOR_CHECK(file.load());
  return file;
}

Result<void> FindingsFile::load() {
  open_.clear();
  left_out_ = 0;
  CANDOR_TRY(settled_bytes_, settled_bytes(folder_));
  const std::string path = folder_ + "/findings";
  if (!exists(path)) {
    bytes_ = 0;
    return {};
  }
  CANDOR_TRY(const Bytes bytes, read_file(path, kFileBytesMax));
  std::string_view text = as_text(bytes);
  text = text.substr(0, text.rfind('\n') + 1);  // A power cut may have left a part of a line.
  if (text.size() < bytes.size() && !is_read_only_) {
    CANDOR_CHECK(cut(path, text.size()));
  }
  bytes_ = text.size();
  const std::size_t settled = std::min<std::size_t>(settled_bytes_, text.size());
  if (settled > 1) {
    const std::size_t begin = text.rfind('\n', settled - 2);
    if (KeptFinding last; read_line(text.substr(begin + 1, settled - begin - 2), last)) {
      settled_before_ = last.index + 1;
    }
  }
  text.remove_prefix(settled);
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    if (KeptFinding finding; read_line(text.substr(0, end), finding)) {
      if (open_.size() < kFindingsKept) {
        open_.push_back(std::move(finding));
      } else {
        ++left_out_;
      }
    }
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return {};
}

bool FindingsFile::knows(std::string_view rule, std::uint64_t index) const {
  return index < settled_before_ ||
         std::ranges::any_of(
             open_, [&](const KeptFinding& one) { return one.index == index && one.rule == rule; });
}

Result<void> FindingsFile::look_for_settlement() {
  CANDOR_TRY(const std::uint64_t settled, settled_bytes(folder_));
  return settled == settled_bytes_ ? Result<void>() : load();
}

Result<void> FindingsFile::add(KeptFinding finding) {
  if (open_.size() >= kFindingsKept) {
    ++left_out_;
    return {};
  }
  const std::string line = line_of(finding);
  open_.push_back(std::move(finding));
  CANDOR_CHECK(append(folder_ + "/findings", bytes_, as_bytes(line)));
  bytes_ += line.size();
  return {};
}

Result<std::vector<KeptFinding>> FindingsFile::read(const std::string& folder) {
  FindingsFile file(folder);
  file.is_read_only_ = true;
  CANDOR_CHECK(file.load());
  return std::move(file.open_);
}

Result<void> FindingsFile::settle(const std::string& folder, const std::string& who, UtcTime now) {
  const std::string path = folder + "/findings";
  std::uint64_t bytes = 0;
  if (exists(path)) {
    CANDOR_TRY(const Bytes all, read_file(path, kFileBytesMax));
    bytes = all.size();
  }
  const std::string text = std::to_string(bytes) + "\n" + who + " " + to_rfc3339(now) + "\n";
  return replace(folder + "/settled", as_bytes(text));
}

}  // namespace candor::mirror
