// SPDX-License-Identifier: Apache-2.0
#include "transcode/sandbox.h"

#include <array>
#include <cerrno>
#include <memory>
#include <seccomp.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>

namespace candor::transcode {
namespace {

constexpr rlim_t kMemoryBytes = rlim_t{1} << 30;

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kHasSanitizer = true;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
constexpr bool kHasSanitizer = true;
#else
constexpr bool kHasSanitizer = false;
#endif
#else
constexpr bool kHasSanitizer = false;
#endif

constexpr std::array kAllowed = {
    SCMP_SYS(read),         SCMP_SYS(write),
    SCMP_SYS(munmap),       SCMP_SYS(mremap),
    SCMP_SYS(brk),          SCMP_SYS(madvise),
    SCMP_SYS(futex),        SCMP_SYS(clock_gettime),
    SCMP_SYS(gettimeofday), SCMP_SYS(getrandom),
    SCMP_SYS(sched_yield),  SCMP_SYS(sched_getaffinity),
    SCMP_SYS(rt_sigreturn), SCMP_SYS(rt_sigprocmask),
    SCMP_SYS(rt_sigaction), SCMP_SYS(restart_syscall),
    SCMP_SYS(fstat),        SCMP_SYS(newfstatat),
    SCMP_SYS(lseek),        SCMP_SYS(exit),
    SCMP_SYS(exit_group),   SCMP_SYS(getpid),
    SCMP_SYS(gettid),       SCMP_SYS(tgkill),
};

Result<void> limit(__rlimit_resource what, rlim_t most) {
  const rlimit value{.rlim_cur = most, .rlim_max = most};
  return ::setrlimit(what, &value) == 0 ? Result<void>()
                                        : fail(error_from_errno(errno, "setrlimit"));
}

struct Release {
  void operator()(void* filter) const { seccomp_release(filter); }
};

}  // namespace

Result<void> enter_sandbox() {
  CANDOR_CHECK(limit(RLIMIT_CORE, 0));
  CANDOR_CHECK(limit(RLIMIT_FSIZE, 0));
  if (kHasSanitizer) {
    return {};
  }
  CANDOR_CHECK(limit(RLIMIT_AS, kMemoryBytes));
  if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) {
    return fail(error_from_errno(errno, "no_new_privs"));
  }
  const std::unique_ptr<void, Release> filter(seccomp_init(SCMP_ACT_KILL_PROCESS));
  int code = filter == nullptr ? -ENOMEM : 0;
  for (const int call : kAllowed) {
    code = code < 0 ? code : seccomp_rule_add(filter.get(), SCMP_ACT_ALLOW, call, 0);
  }
  // Memory, yes; code made at run time, no.
  const scmp_arg_cmp not_executable{
      .arg = 2, .op = SCMP_CMP_MASKED_EQ, .datum_a = PROT_EXEC, .datum_b = 0};
  for (const int call : {SCMP_SYS(mmap), SCMP_SYS(mprotect)}) {
    code = code < 0
               ? code
               : seccomp_rule_add_array(filter.get(), SCMP_ACT_ALLOW, call, 1, &not_executable);
  }
  code = code < 0 ? code : seccomp_load(filter.get());
  return code < 0 ? Result<void>(
                        fail(ErrorKind::kUnsupported, error_from_errno(-code, "seccomp").message()))
                  : Result<void>();
}

}  // namespace candor::transcode
