# SPDX-License-Identifier: Apache-2.0
# Third-party packages, all from Debian 12; nothing is downloaded. Which folder owns which: tools/check_layers.py.

find_package(Threads REQUIRED)
find_package(OpenSSL 3.0 REQUIRED)
find_package(Boost 1.81 REQUIRED COMPONENTS json url)
find_package(tl-expected REQUIRED)
find_package(fmt REQUIRED)
find_package(spdlog REQUIRED)
find_package(tomlplusplus QUIET)
find_package(CLI11 REQUIRED)
find_package(GTest REQUIRED)
find_package(benchmark REQUIRED)
find_package(PkgConfig REQUIRED)
pkg_check_modules(avformat REQUIRED IMPORTED_TARGET libavformat libavcodec libavutil)
pkg_check_modules(transcoding REQUIRED IMPORTED_TARGET libavformat libavcodec libavutil libswscale libswresample)
pkg_check_modules(seccomp REQUIRED IMPORTED_TARGET libseccomp)
pkg_check_modules(sqlite3 REQUIRED IMPORTED_TARGET sqlite3)
pkg_check_modules(argon2 REQUIRED IMPORTED_TARGET libargon2)
pkg_check_modules(gstreamer REQUIRED IMPORTED_TARGET gstreamer-1.0 gstreamer-app-1.0)
pkg_check_modules(gst_rtsp_server REQUIRED IMPORTED_TARGET gstreamer-rtsp-server-1.0 gstreamer-app-1.0)
pkg_check_modules(p11_kit REQUIRED p11-kit-1)
pkg_check_modules(tomlpp REQUIRED IMPORTED_TARGET tomlplusplus)

# PKCS#11's header alone: modules are loaded at run time.
add_library(candor_pkcs11_headers INTERFACE)
target_include_directories(candor_pkcs11_headers SYSTEM INTERFACE ${p11_kit_INCLUDE_DIRS})
