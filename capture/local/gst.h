// SPDX-License-Identifier: Apache-2.0
// GStreamer's reference counted things as owning pointers, and its start. Internal to this folder.
#pragma once

#include <memory>

#include <gst/app/gstappsink.h>
#include <gst/gst.h>

#include "core/result.h"

namespace candor::local {

struct Release {
  void operator()(GstElement* element) const { gst_object_unref(element); }
  void operator()(GstPad* pad) const { gst_object_unref(pad); }
  void operator()(GstBus* bus) const { gst_object_unref(bus); }
  void operator()(GstClock* clock) const { gst_object_unref(clock); }
  void operator()(GstCaps* caps) const { gst_caps_unref(caps); }
  void operator()(GstSample* sample) const { gst_sample_unref(sample); }
  void operator()(GstMessage* message) const { gst_message_unref(message); }
  void operator()(GError* error) const { g_error_free(error); }
};
using ElementPtr = std::unique_ptr<GstElement, Release>;
using PadPtr = std::unique_ptr<GstPad, Release>;
using BusPtr = std::unique_ptr<GstBus, Release>;
using ClockPtr = std::unique_ptr<GstClock, Release>;
using CapsPtr = std::unique_ptr<GstCaps, Release>;
using SamplePtr = std::unique_ptr<GstSample, Release>;
using MessagePtr = std::unique_ptr<GstMessage, Release>;
using GErrorPtr = std::unique_ptr<GError, Release>;

/// Starts the library at the first call; a host without such a source never pays for it.
/// Thread: any. Errors: kInternal with GStreamer's sentence.
[[nodiscard]] Result<void> start_gstreamer();

}  // namespace candor::local
