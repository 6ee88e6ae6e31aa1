// SPDX-License-Identifier: Apache-2.0
// One stream for both kinds of connection, plain and TLS, so that HTTP and WebSocket are compiled
// once. Included by the .cc files of net/ only.
#pragma once

#include <array>
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <utility>

#include <boost/asio.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/ssl.hpp>
#include <boost/beast/websocket/teardown.hpp>

#include "pki/credentials.h"

namespace candor::net {

/// A handler of reads and writes, whatever its type; it keeps its executor and its cancellation.
/// (Asio 1.26's own any_completion_handler has an executor that Beast cannot post to.)
class AnyHandler {
 public:
  using executor_type = boost::asio::any_io_executor;
  using cancellation_slot_type = boost::asio::cancellation_slot;

  template <typename Handler>
  AnyHandler(Handler handler, const executor_type& otherwise)
      : executor_(boost::asio::get_associated_executor(handler, otherwise)),
        slot_(boost::asio::get_associated_cancellation_slot(handler)),
        held_(std::make_unique<Held<Handler>>(std::move(handler))) {}

  [[nodiscard]] executor_type get_executor() const noexcept { return executor_; }
  [[nodiscard]] cancellation_slot_type get_cancellation_slot() const noexcept { return slot_; }
  void operator()(boost::system::error_code code, std::size_t bytes) {
    std::exchange(held_, nullptr)->call(code, bytes);
  }

 private:
  struct Base {
    Base() = default;
    Base(const Base&) = delete;
    Base& operator=(const Base&) = delete;
    Base(Base&&) = delete;
    Base& operator=(Base&&) = delete;
    virtual ~Base() = default;
    virtual void call(boost::system::error_code code, std::size_t bytes) = 0;
  };
  template <typename Handler>
  struct Held final : Base {
    explicit Held(Handler h) : handler(std::move(h)) {}
    void call(boost::system::error_code code, std::size_t bytes) override {
      std::move(handler)(code, bytes);
    }
    Handler handler;
  };

  executor_type executor_;
  cancellation_slot_type slot_;
  std::unique_ptr<Base> held_;
};

/// An AsyncStream of Beast. Plain until start_tls(). Moved on, it is what it was; what it was moved
/// from only knows how to close().
class LinkStream {
 public:
  using Plain = boost::beast::basic_stream<boost::asio::generic::stream_protocol,
                                           boost::asio::any_io_executor>;
  using Tls = boost::beast::ssl_stream<Plain&>;
  using executor_type = Plain::executor_type;
  using Side = boost::asio::ssl::stream_base::handshake_type;

  explicit LinkStream(Plain plain) : state_(std::make_shared<State>(std::move(plain))) {}

  [[nodiscard]] executor_type get_executor() noexcept { return state_->plain.get_executor(); }
  [[nodiscard]] Plain& plain() { return state_->plain; }
  void expires_after(std::chrono::nanoseconds limit) { state_->plain.expires_after(limit); }
  void expires_never() { state_->plain.expires_never(); }
  void close() {
    if (state_ != nullptr) {
      state_->plain.close();
    }
  }
  /// close() for whoever has no stream, also after it was moved.
  [[nodiscard]] std::function<void()> closer() const {
    return [state = state_] { state->plain.close(); };
  }

  /// Prepares TLS with a peer that is checked against `expected`; async_handshake() follows.
  void start_tls(const pki::Credentials& credentials, const pki::ExpectedPeer& expected) {
    const pki::Credentials::Context context = credentials.context();
    SSL_CTX_up_ref(context.get());
    boost::asio::ssl::context owned(context.get());
    state_->tls = std::make_unique<Tls>(state_->plain, owned);
    state_->refusal = std::make_shared<std::string>();
    state_->tls->set_verify_callback(
        [expected, refusal = state_->refusal](bool is_trusted, auto& chain) {
          *refusal = pki::judge_peer(is_trusted, *chain.native_handle(), expected);
          return refusal->empty();
        });
  }
  template <typename Token>
  auto async_handshake(Side side, Token&& token) {
    return state_->tls->async_handshake(side, std::forward<Token>(token));
  }
  /// Why we refused the peer's certificate; empty if we did not.
  [[nodiscard]] std::string refusal() const {
    return state_->refusal == nullptr ? std::string() : *state_->refusal;
  }
  /// Null without TLS.
  [[nodiscard]] std::shared_ptr<X509> peer_certificate() const {
    return state_->tls == nullptr
               ? nullptr
               : std::shared_ptr<X509>(SSL_get1_peer_certificate(state_->tls->native_handle()),
                                       X509_free);
  }

  template <typename Buffers, typename Token>
  auto async_read_some(const Buffers& buffers, Token&& token) {
    return boost::asio::async_initiate<Token, Signature>(
        [](auto handler, State* state, Into into) {
          read_some(*state, into, AnyHandler(std::move(handler), state->plain.get_executor()));
        },
        token, state_.get(), Into(buffers));
  }
  template <typename Buffers, typename Token>
  auto async_write_some(const Buffers& buffers, Token&& token) {
    return boost::asio::async_initiate<Token, Signature>(
        [](auto handler, State* state, From from) {
          write_some(*state, from, AnyHandler(std::move(handler), state->plain.get_executor()));
        },
        token, state_.get(), From(buffers));
  }

  // What Beast's WebSocket asks of a stream. A link ends by closing: each message has its length.
  friend void beast_close_socket(LinkStream& stream) { stream.close(); }
  friend void teardown(boost::beast::role_type /*role*/, LinkStream& stream,
                       boost::system::error_code& code) {
    stream.close();
    code = {};
  }
  template <typename Handler>
  friend void async_teardown(boost::beast::role_type /*role*/, LinkStream& stream,
                             Handler&& handler) {
    stream.close();
    boost::asio::post(stream.get_executor(),
                      boost::beast::bind_front_handler(std::forward<Handler>(handler),
                                                       boost::system::error_code()));
  }

 private:
  struct State {
    explicit State(Plain p) : plain(std::move(p)) {}
    Plain plain;
    std::unique_ptr<Tls> tls;
    std::shared_ptr<std::string> refusal;
  };

  // Handler and buffers of one type each, so that plain and TLS streams are compiled once.
  using Signature = void(boost::system::error_code, std::size_t);
  template <typename Buffer>
  struct FewBuffers {
    static constexpr std::size_t kMost = 8;  // What is left of a longer sequence goes next time.
    using value_type = Buffer;
    using const_iterator = const Buffer*;

    template <typename Buffers>
    explicit FewBuffers(const Buffers& buffers) {
      const auto end_of = boost::asio::buffer_sequence_end(buffers);
      for (auto at = boost::asio::buffer_sequence_begin(buffers); at != end_of && count < kMost;
           ++at) {
        // An empty one would only take a place.
        if (Buffer(*at).size() > 0) {
          all[count++] = *at;
        }
      }
    }
    [[nodiscard]] const_iterator begin() const { return all.data(); }
    [[nodiscard]] const_iterator end() const { return all.data() + count; }

    std::array<Buffer, kMost> all{};
    std::size_t count = 0;
  };
  using Into = FewBuffers<boost::asio::mutable_buffer>;
  using From = FewBuffers<boost::asio::const_buffer>;
  static void read_some(State& state, const Into& into, AnyHandler handler);
  static void write_some(State& state, const From& from, AnyHandler handler);

  std::shared_ptr<State> state_;
};

}  // namespace candor::net
