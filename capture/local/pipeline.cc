// SPDX-License-Identifier: Apache-2.0
#include "capture/local/pipeline.h"

#include <algorithm>
#include <mutex>
#include <utility>

#include <fmt/format.h>

namespace candor::local {
namespace {

// A device's queue to the source's thread. Full only when that thread hangs: then the device's own
// buffers overrun, and the hole stands in the time stamps.
constexpr guint kSinkBuffersMax = 64;

GstBusSyncReply on_message(GstBus* /*bus*/, GstMessage* /*message*/, gpointer waker) {
  static_cast<Waker*>(waker)->wake();
  return GST_BUS_PASS;
}

ErrorKind kind_of_resource(gint code) {
  switch (code) {
    case GST_RESOURCE_ERROR_NOT_FOUND:
      return ErrorKind::kNotFound;
    case GST_RESOURCE_ERROR_NOT_AUTHORIZED:
      return ErrorKind::kPermissionDenied;
    default:
      return ErrorKind::kUnavailable;
  }
}

ErrorKind kind_of(const GError& error) {
  if (error.domain == GST_RESOURCE_ERROR) {
    return kind_of_resource(error.code);
  }
  if (error.domain == GST_STREAM_ERROR) {
    const bool is_garbage =
        error.code == GST_STREAM_ERROR_DECODE || error.code == GST_STREAM_ERROR_DEMUX;
    const bool is_unknown = error.code == GST_STREAM_ERROR_TYPE_NOT_FOUND ||
                            error.code == GST_STREAM_ERROR_WRONG_TYPE ||
                            error.code == GST_STREAM_ERROR_CODEC_NOT_FOUND ||
                            error.code == GST_STREAM_ERROR_FORMAT;
    return is_garbage   ? ErrorKind::kDataLoss
           : is_unknown ? ErrorKind::kUnsupported
                        : ErrorKind::kUnavailable;
  }
  const bool is_missing =
      error.domain == GST_CORE_ERROR &&
      (error.code == GST_CORE_ERROR_MISSING_PLUGIN || error.code == GST_CORE_ERROR_NEGOTIATION);
  return is_missing ? ErrorKind::kUnsupported : ErrorKind::kUnavailable;
}

Error parse_failure(const GError* error) {
  const std::string sentence = error == nullptr ? "GStreamer gives no reason" : error->message;
  return {ErrorKind::kUnsupported,
          sentence + "; install gstreamer1.0-plugins-base, -good and -bad, and gstreamer1.0-alsa"};
}

}  // namespace

Result<void> start_gstreamer() {
  static std::once_flag once;
  static std::string fault;
  std::call_once(once, [] {
    GError* error = nullptr;
    if (gst_init_check(nullptr, nullptr, &error) == FALSE) {
      const GErrorPtr owned(error);
      fault = owned == nullptr ? "unknown reason" : owned->message;
    }
  });
  return fault.empty() ? Result<void>()
                       : fail(ErrorKind::kInternal, "GStreamer does not start: " + fault);
}

Result<std::unique_ptr<Pipeline>> Pipeline::open(const PipelineOrigin& origin, Waker& waker) {
  CANDOR_CHECK(start_gstreamer());
  GError* error = nullptr;
  GstElement* parsed =
      gst_parse_launch_full(origin.text.c_str(), nullptr, GST_PARSE_FLAG_FATAL_ERRORS, &error);
  const GErrorPtr owned(error);
  if (parsed == nullptr) {
    return fail(parse_failure(error));
  }
  gst_object_ref_sink(parsed);
  std::unique_ptr<Pipeline> pipeline(new Pipeline(ElementPtr(parsed), waker));
  if (!origin.property.empty()) {
    const ElementPtr device(gst_bin_get_by_name(GST_BIN(parsed), "origin"));
    g_object_set(device.get(), origin.property.c_str(), origin.value.c_str(), nullptr);
  }
  if (gst_element_set_state(parsed, GST_STATE_READY) == GST_STATE_CHANGE_FAILURE) {
    return fail(pipeline->first_failure("cannot be opened"));
  }
  return pipeline;
}

Pipeline::Pipeline(ElementPtr element, Waker& waker)
    : element_(std::move(element)),
      bus_(gst_pipeline_get_bus(GST_PIPELINE(element_.get()))),
      waker_(waker) {
  gst_bus_set_sync_handler(bus_.get(), on_message, &waker_, nullptr);
}

Pipeline::~Pipeline() {
  gst_element_set_state(element_.get(), GST_STATE_NULL);  // Joins GStreamer's threads.
  gst_bus_set_sync_handler(bus_.get(), nullptr, nullptr, nullptr);
}

CapsPtr Pipeline::offered() const {
  const ElementPtr device(gst_bin_get_by_name(GST_BIN(element_.get()), "origin"));
  const PadPtr pad(gst_element_get_static_pad(device.get(), "src"));
  return CapsPtr(gst_pad_query_caps(pad.get(), nullptr));
}

Result<void> Pipeline::add_branch(const std::string& last_element, const Branch& branch) {
  const ElementPtr last(gst_bin_get_by_name(GST_BIN(element_.get()), last_element.c_str()));
  const PadPtr pad(gst_element_get_static_pad(last.get(), "src"));
  return branch_from(pad.get(), branch);
}

void Pipeline::add_branches_of(const std::string& element, ChooseBranch choose) {
  choose_ = std::move(choose);
  const ElementPtr finder(gst_bin_get_by_name(GST_BIN(element_.get()), element.c_str()));
  const auto on_pad =
      +[](GstElement* /*finder*/, GstPad* pad, Pipeline* self) { self->take_pad(pad); };
  g_signal_connect(finder.get(), "pad-added", G_CALLBACK(on_pad), this);
}

void Pipeline::take_pad(GstPad* pad) {
  const CapsPtr caps(gst_pad_get_current_caps(pad));
  auto branch = caps == nullptr ? std::nullopt : choose_(caps.get());
  if (branch.has_value() && branch_from(pad, *branch).has_value()) {
    return;
  }
  // What nobody wants must still flow, or the rest stands still.
  GstElement* drain = gst_element_factory_make("fakesink", nullptr);
  g_object_set(drain, "sync", FALSE, "async", FALSE, nullptr);
  gst_bin_add(GST_BIN(element_.get()), drain);
  const PadPtr sink(gst_element_get_static_pad(drain, "sink"));
  gst_pad_link(pad, sink.get());
  gst_element_sync_state_with_parent(drain);
}

Result<void> Pipeline::branch_from(GstPad* pad, const Branch& branch) {
  const std::string text = branch.text + fmt::format(
                                             " ! appsink name=sink sync=false async=false "
                                             "enable-last-sample=false max-buffers={}",
                                             kSinkBuffersMax);
  GError* error = nullptr;
  GstElement* bin = gst_parse_bin_from_description_full(text.c_str(), TRUE, nullptr,
                                                        GST_PARSE_FLAG_FATAL_ERRORS, &error);
  const GErrorPtr owned(error);
  if (bin == nullptr) {
    return fail(parse_failure(error));
  }
  gst_bin_add(GST_BIN(element_.get()), bin);  // Owns it from here.
  ElementPtr sink(gst_bin_get_by_name(GST_BIN(bin), "sink"));
  GstAppSinkCallbacks callbacks{};
  callbacks.eos = [](GstAppSink*, gpointer self) { static_cast<Pipeline*>(self)->waker_.wake(); };
  callbacks.new_sample = [](GstAppSink*, gpointer self) {
    static_cast<Pipeline*>(self)->has_media_ = true;
    static_cast<Pipeline*>(self)->waker_.wake();
    return GST_FLOW_OK;
  };
  gst_app_sink_set_callbacks(GST_APP_SINK(sink.get()), &callbacks, this, nullptr);
  const PadPtr into(gst_element_get_static_pad(bin, "sink"));
  if (gst_pad_link(pad, into.get()) != GST_PAD_LINK_OK) {
    return fail(ErrorKind::kUnsupported, "cannot be converted");
  }
  gst_element_sync_state_with_parent(bin);
  const MutexLock lock(mutex_);
  sinks_.push_back({.codec = branch.codec, .element = std::move(sink)});
  return {};
}

Result<void> Pipeline::play() {
  if (gst_element_set_state(element_.get(), GST_STATE_PLAYING) == GST_STATE_CHANGE_FAILURE) {
    return fail(first_failure("cannot be started"));
  }
  return {};
}

Error Pipeline::first_failure(std::string_view otherwise) {
  auto reported = failure();
  return reported.has_value() ? std::move(*reported)
                              : Error(ErrorKind::kUnavailable, std::string(otherwise));
}

std::optional<Error> Pipeline::failure() {
  std::optional<Error> failure;
  while (const MessagePtr message{gst_bus_pop(bus_.get())}) {
    take_message(message.get(), failure);
  }
  return failure;
}

void Pipeline::take_message(GstMessage* message, std::optional<Error>& failure) {
  if (GST_MESSAGE_TYPE(message) == GST_MESSAGE_QOS) {
    // v4l2src tells by the driver's frame numbers that frames were dropped.
    const ElementPtr device(gst_bin_get_by_name(GST_BIN(element_.get()), "origin"));
    dropped_ += GST_MESSAGE_SRC(message) == GST_OBJECT(device.get()) ? 1 : 0;
  }
  has_media_ = has_media_ || GST_MESSAGE_TYPE(message) == GST_MESSAGE_EOS;
  if (GST_MESSAGE_TYPE(message) == GST_MESSAGE_ERROR && !failure.has_value()) {
    GError* error = nullptr;
    gst_message_parse_error(message, &error, nullptr);
    const GErrorPtr owned(error);
    failure.emplace(kind_of(*error), error->message);
  }
}

std::uint32_t Pipeline::take_dropped() { return std::exchange(dropped_, 0); }

std::vector<Codec> Pipeline::tracks() const {
  const MutexLock lock(mutex_);
  std::vector<Codec> codecs;
  codecs.reserve(sinks_.size());
  for (const Sink& sink : sinks_) {
    codecs.push_back(sink.codec);
  }
  return codecs;
}

SamplePtr Pipeline::pull(std::size_t track) const {
  const MutexLock lock(mutex_);
  return SamplePtr(gst_app_sink_try_pull_sample(GST_APP_SINK(sinks_[track].element.get()), 0));
}

bool Pipeline::is_at_end() const {
  const MutexLock lock(mutex_);
  return has_media_ && std::ranges::all_of(sinks_, [](const Sink& sink) {
           return gst_app_sink_is_eos(GST_APP_SINK(sink.element.get())) == TRUE;
         });
}

Result<void> Pipeline::rewind() {
  if (gst_element_seek_simple(element_.get(), GST_FORMAT_TIME, GST_SEEK_FLAG_FLUSH, 0) == FALSE) {
    return fail(ErrorKind::kUnsupported, "cannot be played from its beginning again");
  }
  return {};
}

std::chrono::nanoseconds Pipeline::since(std::int64_t running_ns) const {
  const ClockPtr clock(gst_element_get_clock(element_.get()));
  if (clock == nullptr) {
    return {};
  }
  const auto now = static_cast<std::int64_t>(gst_clock_get_time(clock.get()));
  const auto base = static_cast<std::int64_t>(gst_element_get_base_time(element_.get()));
  return std::chrono::nanoseconds(now - base - running_ns);
}

}  // namespace candor::local
