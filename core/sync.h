// SPDX-License-Identifier: Apache-2.0
// A mutex that Clang's thread safety analysis understands. All mutexes of the program are listed in
// docs/ARCHITECTURE.md, "Locks", with their order.
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>

#if defined(__clang__)
#define CANDOR_ANNOTATE(x) __attribute__((x))
#else
#define CANDOR_ANNOTATE(x)
#endif
#define GUARDED_BY(m) CANDOR_ANNOTATE(guarded_by(m))
#define REQUIRES(...) CANDOR_ANNOTATE(requires_capability(__VA_ARGS__))
#define EXCLUDES(...) CANDOR_ANNOTATE(locks_excluded(__VA_ARGS__))

namespace candor {

class CANDOR_ANNOTATE(capability("mutex")) Mutex {
 public:
  void lock() CANDOR_ANNOTATE(acquire_capability()) { mutex_.lock(); }
  void unlock() CANDOR_ANNOTATE(release_capability()) { mutex_.unlock(); }
  bool try_lock() CANDOR_ANNOTATE(try_acquire_capability(true)) { return mutex_.try_lock(); }

 private:
  std::mutex mutex_;
};

class CANDOR_ANNOTATE(scoped_lockable) MutexLock {
 public:
  explicit MutexLock(Mutex& mutex) CANDOR_ANNOTATE(acquire_capability(mutex)) : mutex_(mutex) {
    mutex_.lock();
  }
  ~MutexLock() CANDOR_ANNOTATE(release_capability()) { mutex_.unlock(); }
  MutexLock(const MutexLock&) = delete;
  MutexLock& operator=(const MutexLock&) = delete;
  MutexLock(MutexLock&&) = delete;
  MutexLock& operator=(MutexLock&&) = delete;

 private:
  Mutex& mutex_;
};

/// A condition variable over Mutex. The caller holds the mutex, as with std::condition_variable.
class Condition {
 public:
  void wait(Mutex& mutex) REQUIRES(mutex) { condition_.wait(mutex); }
  void wait_for(Mutex& mutex, std::chrono::nanoseconds limit) REQUIRES(mutex) {
    condition_.wait_for(mutex, limit);
  }
  void notify_one() { condition_.notify_one(); }
  void notify_all() { condition_.notify_all(); }

 private:
  std::condition_variable_any condition_;
};

}  // namespace candor
