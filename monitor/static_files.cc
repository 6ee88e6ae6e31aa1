// SPDX-License-Identifier: Apache-2.0
#include "monitor/static_files.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "net/json.h"

namespace candor::monitor {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kPolicy =
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' "
    "data:; "
    "font-src 'self'; connect-src 'self'; media-src 'self' blob:; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'";

std::string_view type_of(const fs::path& path) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 8> kTypes = {{
      {".html", "text/html; charset=utf-8"},
      {".js", "text/javascript; charset=utf-8"},
      {".css", "text/css; charset=utf-8"},
      {".svg", "image/svg+xml"},
      {".png", "image/png"},
      {".ico", "image/x-icon"},
      {".json", "application/json"},
      {".woff2", "font/woff2"},
  }};
  const std::string extension = path.extension().string();
  const auto* const found = std::find_if(kTypes.begin(), kTypes.end(),
                                         [&](const auto& type) { return type.first == extension; });
  return found == kTypes.end() ? "application/octet-stream" : found->second;
}

// A name that could leave the folder is no name of ours.
bool is_plain(const std::string& segment) {
  return !segment.empty() && segment.front() != '.' &&
         segment.find_first_of(std::string("/\\\0", 3)) == std::string::npos;
}

}  // namespace

void add_page_headers(net::HttpResponse& response) {
  response.headers.emplace_back("Content-Security-Policy", kPolicy);
  response.headers.emplace_back("X-Content-Type-Options", "nosniff");
  response.headers.emplace_back("Referrer-Policy", "no-referrer");
  response.headers.emplace_back("Cross-Origin-Opener-Policy", "same-origin");
}

net::HttpResponse static_file(const std::string& folder, const net::HttpRequest& request) {
  if (request.method != "GET" && request.method != "HEAD") {
    return net::error_response(Error(ErrorKind::kInvalidArgument, "only GET is possible here"));
  }
  fs::path path(folder);
  const bool is_named = !request.segments.empty() && !request.segments.back().empty() &&
                        std::all_of(request.segments.begin(), request.segments.end(), is_plain);
  if (is_named) {
    for (const std::string& segment : request.segments) {
      path /= segment;
    }
  }
  std::error_code code;
  const bool is_file = is_named && fs::is_regular_file(path, code);
  const bool is_asset = is_file && request.segments.front() == "assets";
  if (!is_file) {
    path = fs::path(folder) / "index.html";
  }
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    return net::error_response(
        Error(ErrorKind::kNotFound, "the console is not built: run npm run build in web/"));
  }
  net::HttpResponse response;
  response.body.assign(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
  response.headers.emplace_back("Content-Type", type_of(path));
  // The names of assets carry a digest of their content.
  response.headers.emplace_back("Cache-Control",
                                is_asset ? "public, max-age=31536000, immutable" : "no-cache");
  add_page_headers(response);
  return response;
}

}  // namespace candor::monitor
