// SPDX-License-Identifier: Apache-2.0
#include "app/capture/notary/witness_client.h"

#include <algorithm>
#include <array>
#include <condition_variable>
#include <mutex>
#include <utility>

#include <fmt/format.h>

#include "core/log.h"
#include "evidence/digest.h"
#include "evidence/text_lines.h"
#include "evidence/witness_request.h"

namespace candor::app {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view kSizeType = "text/x.tlog.size";
// After the 1st, 2nd, ... failure in a row.
constexpr std::array kWaits = {1'000ms, 2'000ms, 5'000ms, 10'000ms};

std::string head_path(const std::string& origin) {
  return "/" + to_hex(evidence::sha256(as_bytes(origin))) + "/checkpoint";
}

tl::unexpected<Error> odd_answer(const std::string& witness, const WitnessAnswer& answer) {
  return fail(ErrorKind::kDataLoss,
              fmt::format("{} answers {}: {}", witness, answer.status,
                          evidence::quoted(answer.body.substr(0, answer.body.find('\n')))));
}

}  // namespace

WitnessClient::WitnessClient(WitnessSpec witness, std::unique_ptr<WitnessLine> line,
                             const LogBoard& board, WitnessListener& listener, Rhythm rhythm)
    : witness_(std::move(witness)),
      line_(std::move(line)),
      board_(board),
      listener_(listener),
      rhythm_(rhythm) {}

WitnessClient::~WitnessClient() { stop(); }

void WitnessClient::start() {
  thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
}

void WitnessClient::stop() {
  if (thread_.joinable()) {
    thread_.request_stop();
    thread_.join();
  }
}

void WitnessClient::run(const std::stop_token& stop) {
  std::mutex mutex;
  std::condition_variable_any waiting;
  while (!stop.stop_requested()) {
    round(Clock::now());
    std::unique_lock lock(mutex);
    waiting.wait_for(lock, stop, rhythm_.look, [&stop] { return stop.stop_requested(); });
  }
}

void WitnessClient::round(Clock::time_point now) {
  for (const LogViewPtr& log : board_.all()) {
    if (now < quiet_until_ || log->standing == LogStanding::kClosed) {
      continue;
    }
    Known& known = known_[log->log];
    Result<void> done;
    if (!known.is_asked) {
      done = ask_head(*log, known);
    } else if (!log->note.signatures.empty() && log->signed_size > known.size &&
               (now >= known.next || (log->is_urgent && log->signed_size > known.urgent))) {
      known.next = now + (log->is_live ? rhythm_.live : rhythm_.idle);
      known.urgent = log->is_urgent ? log->signed_size : known.urgent;
      done = push(*log, known);
    } else {
      continue;
    }
    if (done.has_value()) {
      failures_ = 0;
      continue;
    }
    listener_.on_silent(witness_.key.name, log->log, done.error().message());
    quiet_until_ = now + kWaits.at(std::min<std::size_t>(failures_++, kWaits.size() - 1));
    known.next = {};
  }
}

Result<void> WitnessClient::ask_head(const LogView& log, Known& known) {
  CANDOR_TRY(const WitnessAnswer answer, line_->get(head_path(log.origin)));
  if (answer.status == 404) {
    known.is_asked = true;
    listener_.on_head(witness_.key.name, log.log, std::nullopt);
    return {};
  }
  if (answer.status != 200) {
    return odd_answer(witness_.key.name, answer);
  }
  const std::array keys{witness_.key};
  CANDOR_TRY(evidence::OpenedCheckpoint opened,
             with_context(evidence::open_checkpoint(answer.body, keys), witness_.key.name));
  if (opened.checkpoint.origin != log.origin) {
    return fail(ErrorKind::kDataLoss, witness_.key.name + ": a checkpoint of another log");
  }
  known.is_asked = true;
  known.size = opened.checkpoint.size;
  listener_.on_head(witness_.key.name, log.log,
                    WitnessHead{.checkpoint = std::move(opened.checkpoint), .note = answer.body});
  return {};
}

Result<WitnessAnswer> WitnessClient::send(const LogView& log, std::uint64_t old) {
  CANDOR_TRY(evidence::Proof proof, log.tree.prove(old, log.signed_size));
  const std::string body = evidence::format_witness_request(
      {.old_size = old, .proof = std::move(proof), .checkpoint = log.note});
  return line_->post("/add-checkpoint", body);
}

Result<void> WitnessClient::push(const LogView& log, Known& known) {
  CANDOR_TRY(WitnessAnswer answer, send(log, known.size));
  if (answer.status == 409 && answer.content_type.starts_with(kSizeType)) {
    CANDOR_TRY(const std::uint64_t size, evidence::parse_known_size(answer.body));
    if (size > log.signed_size) {
      known.is_asked = false;  // What it has cosigned it shows, with its signature.
      return fail(ErrorKind::kDataLoss, fmt::format("{} knows {} entries, {} are signed",
                                                    witness_.key.name, size, log.signed_size));
    }
    known.size = size;
    CANDOR_TRY(answer, send(log, size));
  }
  switch (answer.status) {
    case 200:
      return take_cosignatures(log, known, answer.body);
    case 403:
    case 404:
    case 422:
      refuse(log, answer);
      return {};
    default:
      return odd_answer(witness_.key.name, answer);
  }
}

void WitnessClient::refuse(const LogView& log, const WitnessAnswer& answer) {
  const std::string& name = witness_.key.name;
  if (answer.status == 422) {
    listener_.on_refused(name, log.log, "rewritten", name + ": the log is not what it was before");
  } else if (answer.status == 404) {
    listener_.on_refused(name, log.log, "unknown-key",
                         name + " does not know the log " + log.origin + ": enrol it there");
  } else {
    listener_.on_refused(name, log.log, "unknown-key",
                         name + " has another key for the log " + log.origin);
  }
}

Result<void> WitnessClient::take_cosignatures(const LogView& log, Known& known,
                                              const std::string& body) {
  CANDOR_TRY(std::vector<evidence::NoteSignature> lines,
             with_context(evidence::parse_cosignatures(body), witness_.key.name));
  const std::array keys{witness_.key};
  for (evidence::NoteSignature& line : lines) {
    const evidence::Note note{.text = log.note.text, .signatures = {line}};
    if (const auto checked = evidence::verify_note(note, keys); checked.has_value()) {
      known.size = log.signed_size;
      listener_.on_cosigned(witness_.key.name, log.log, note.text, std::move(line),
                            checked->front().time_s);
      return {};
    }
  }
  return fail(ErrorKind::kDataLoss, witness_.key.name + ": the cosignature is not its own");
}

}  // namespace candor::app
