// SPDX-License-Identifier: Apache-2.0
#include "monitor/witness/key_file.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <string_view>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

#include "core/base64.h"
#include "core/bytes.h"
#include "monitor/records/secret.h"

namespace candor::witness {
namespace {

// "candor-witness-key-1 <base64 of the seed>" and a newline.
constexpr std::string_view kHead = "candor-witness-key-1 ";
constexpr std::size_t kFileBytesMax = 256;

class File {
 public:
  File(const std::string& path, int flags)
      : fd_(::open(path.c_str(), flags | O_CLOEXEC | O_NOFOLLOW, S_IRUSR | S_IWUSR)) {}
  ~File() {
    if (fd_ >= 0) {
      ::close(fd_);
    }
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  File(File&&) = delete;
  File& operator=(File&&) = delete;
  [[nodiscard]] int fd() const { return fd_; }

 private:
  int fd_;
};

// Overwritten when it goes, so that the key stands in memory once.
struct Seed {
  evidence::Seed bytes{};
  Seed() = default;
  ~Seed() { ::explicit_bzero(bytes.data(), bytes.size()); }
  Seed(const Seed&) = delete;
  Seed& operator=(const Seed&) = delete;
  Seed(Seed&&) = delete;
  Seed& operator=(Seed&&) = delete;
};

Result<void> write_durable(const std::string& path, std::string_view text) {
  ::unlink(path.c_str());  // Of a start that was cut off.
  const File file(path, O_WRONLY | O_CREAT | O_EXCL);
  if (file.fd() < 0 ||
      ::write(file.fd(), text.data(), text.size()) != static_cast<ssize_t>(text.size()) ||
      ::fsync(file.fd()) != 0) {
    return fail(error_from_errno(errno, path));
  }
  return {};
}

Result<void> sync_folder(const std::string& path) {
  const std::string folder = std::filesystem::path(path).parent_path().string();
  const File file(folder, O_RDONLY | O_DIRECTORY);
  if (file.fd() < 0 || ::fsync(file.fd()) != 0) {
    return fail(error_from_errno(errno, folder));
  }
  return {};
}

Result<std::string> read_private(const std::string& path) {
  const File file(path, O_RDONLY);
  struct stat status{};
  if (file.fd() < 0 || ::fstat(file.fd(), &status) != 0) {
    return fail(error_from_errno(errno, path));
  }
  if ((status.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
    return fail(ErrorKind::kPermissionDenied,
                path + ": others than its owner may read the witness's key; chmod 600");
  }
  std::string text(kFileBytesMax, '\0');
  const ssize_t size = ::read(file.fd(), text.data(), text.size());
  if (size < 0) {
    return fail(error_from_errno(errno, path));
  }
  text.resize(static_cast<std::size_t>(size));
  return text;
}

}  // namespace

Result<evidence::MemorySigner> load_key(const std::string& path) {
  CANDOR_TRY(std::string text, read_private(path));
  Seed seed;
  const std::string_view rest = text;
  const bool has_form = rest.starts_with(kHead) && rest.ends_with('\n');
  auto bytes = has_form ? from_base64(rest.substr(kHead.size(), rest.size() - kHead.size() - 1))
                        : fail(ErrorKind::kDataLoss, "no key");
  const bool is_key = bytes.has_value() && bytes->size() == seed.bytes.size();
  if (is_key) {
    std::ranges::copy(*bytes, seed.bytes.begin());
    ::explicit_bzero(bytes->data(), bytes->size());
  }
  ::explicit_bzero(text.data(), text.size());
  if (!is_key) {
    return fail(ErrorKind::kDataLoss, path + ": is no witness's key");
  }
  return with_context(evidence::MemorySigner::from_seed(seed.bytes), path);
}

Result<evidence::MemorySigner> make_key(const std::string& path) {
  Seed seed;
  CANDOR_TRY(Bytes random, records::random_bytes(seed.bytes.size()));
  std::ranges::copy(random, seed.bytes.begin());
  std::string text = std::string(kHead) + to_base64(random) + "\n";
  const std::string made = path + ".new";
  auto done = write_durable(made, text);
  ::explicit_bzero(random.data(), random.size());
  ::explicit_bzero(text.data(), text.size());
  CANDOR_CHECK(std::move(done));
  // Unlike a rename, a link never takes the place of a key that is there.
  const int linked = ::link(made.c_str(), path.c_str());
  const int code = errno;
  ::unlink(made.c_str());
  if (linked != 0) {
    return fail(error_from_errno(code, path));
  }
  CANDOR_CHECK(sync_folder(path));
  return with_context(evidence::MemorySigner::from_seed(seed.bytes), path);
}

}  // namespace candor::witness
