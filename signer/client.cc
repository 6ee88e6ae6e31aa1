// SPDX-License-Identifier: Apache-2.0
#include "signer/client.h"

#include <algorithm>
#include <cerrno>
#include <poll.h>
#include <sys/socket.h>
#include <thread>
#include <utility>

#include "core/bytes.h"
#include "signer/socket_address.h"

namespace candor::signer {
namespace {

tl::unexpected<Error> broken(const std::string& path, std::string_view what) {
  return fail(ErrorKind::kUnavailable, path + ": " + std::string(what));
}

constexpr std::chrono::milliseconds kQueueWait{5};

bool is_passing(int error_number) { return error_number == EAGAIN || error_number == EINTR; }

}  // namespace

Result<evidence::NoteKey> SignerClient::vkey(std::string_view origin) {
  CANDOR_TRY(const std::string answer, ask(format_vkey_question(origin)));
  auto key = evidence::parse_vkey(answer.substr(0, answer.find('\n')));
  if (!key.has_value() || key->name != origin || !answer.ends_with('\n')) {
    return fail(ErrorKind::kInternal, path_ + ": the answer is no verifier key of the origin");
  }
  return key;
}

Result<evidence::NoteSignature> SignerClient::sign(const SignRequest& request) {
  CANDOR_TRY(const std::string answer, ask(format_sign(request)));
  auto signature = evidence::parse_signature(answer.substr(0, answer.find('\n')));
  if (!signature.has_value() || signature->name != request.checkpoint.origin ||
      !answer.ends_with('\n')) {
    return fail(ErrorKind::kInternal, path_ + ": the answer is no signature of the origin");
  }
  return signature;
}

Result<std::string> SignerClient::ask(std::string_view message) {
  refusal_.reset();
  if (message.size() > kMessageBytesMax) {
    return fail(ErrorKind::kInvalidArgument, "a question above the protocol's size");
  }
  const std::string framed = frame(message);
  const auto end = Clock::now() + deadline_;
  const bool was_open = socket_.is_open();
  auto answer = ask_once(framed, end);
  if (!answer.has_value() && was_open && answer.error().kind() == ErrorKind::kUnavailable) {
    answer = ask_once(framed, end);  // The signer was started again since.
  }
  if (!answer.has_value()) {
    return answer;
  }
  refusal_ = parse_refusal(*answer);
  if (refusal_.has_value()) {
    return fail(ErrorKind::kPermissionDenied, "the signer refuses: " + refusal_->reason);
  }
  return answer;
}

// After any error the connection is closed: what comes on it might answer an older question.
Result<std::string> SignerClient::ask_once(std::string_view framed, Clock::time_point end) {
  const auto exchange = [&]() -> Result<std::string> {
    CANDOR_CHECK(connect(end));
    CANDOR_CHECK(send(framed, end));
    CANDOR_TRY(const std::string head, receive(kFrameHeadBytes, end));
    const auto size = parse_frame_head(as_bytes(head));
    return size.has_value() ? receive(*size, end)
                            : Result<std::string>(fail(ErrorKind::kInternal,
                                                       path_ + ": " + size.error().message()));
  };
  auto answer = exchange();
  if (!answer.has_value()) {
    socket_.reset();
  }
  return answer;
}

Result<void> SignerClient::connect(Clock::time_point end) {
  if (socket_.is_open()) {
    return {};
  }
  CANDOR_TRY(const sockaddr_un address, socket_address(path_));
  Descriptor socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!socket.is_open()) {
    return fail(error_from_errno(errno, "a socket for " + path_));
  }
  while (call_with(::connect, socket.get(), address) != 0) {
    if (errno == EACCES || errno == EPERM) {
      return fail(ErrorKind::kPermissionDenied,
                  path_ + ": this account may not connect: is it in the signer's group?");
    }
    if (!is_passing(errno)) {
      return broken(path_, "nobody listens");
    }
    if (Clock::now() + kQueueWait > end) {
      return fail(ErrorKind::kDeadlineExceeded, path_ + ": too many wait to be let in");
    }
    std::this_thread::sleep_for(kQueueWait);  // poll(2) cannot wait for this.
  }
  socket_ = std::move(socket);
  return {};
}

Result<void> SignerClient::send(std::string_view bytes, Clock::time_point end) {
  while (!bytes.empty()) {
    const auto sent = ::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent < 0 && !is_passing(errno)) {
      return broken(path_, "the connection is lost");
    }
    bytes.remove_prefix(sent < 0 ? 0 : static_cast<std::size_t>(sent));
    if (!bytes.empty()) {
      CANDOR_CHECK(wait(POLLOUT, end));
    }
  }
  return {};
}

Result<std::string> SignerClient::receive(std::size_t size, Clock::time_point end) {
  std::string bytes(size, '\0');
  std::size_t have = 0;
  while (have < size) {
    CANDOR_CHECK(wait(POLLIN, end));
    const auto got = ::recv(socket_.get(), bytes.data() + have, size - have, 0);
    if (got == 0 || (got < 0 && !is_passing(errno))) {
      return broken(path_, "the connection is lost");
    }
    have += got < 0 ? 0 : static_cast<std::size_t>(got);
  }
  return bytes;
}

Result<void> SignerClient::wait(short events, Clock::time_point end) {
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - Clock::now());
  pollfd watched{socket_.get(), events, 0};
  const int ready = left.count() <= 0 ? 0 : ::poll(&watched, 1, static_cast<int>(left.count()));
  if (ready == 0) {
    return fail(ErrorKind::kDeadlineExceeded, path_ + ": no answer in time");
  }
  if (ready < 0 && errno != EINTR) {
    return broken(path_, "poll fails");
  }
  return {};
}

}  // namespace candor::signer
