# SPDX-License-Identifier: Apache-2.0
# One function for each kind of target, so that a folder's CMakeLists.txt is a list of sources and dependencies.

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_CXX_SCAN_FOR_MODULES OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

option(CANDOR_WARNINGS_FATAL "Treat compiler warnings as errors" ON)
set(CANDOR_SANITIZE "" CACHE STRING "Sanitizers, as -fsanitize= takes them; empty for none")
option(CANDOR_FUZZ "Build the libFuzzer targets" OFF)
option(CANDOR_COVERAGE "Instrument for coverage" OFF)

add_library(candor_flags INTERFACE)
target_include_directories(candor_flags INTERFACE "${PROJECT_SOURCE_DIR}")
target_compile_options(candor_flags INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor
  $<$<BOOL:${CANDOR_WARNINGS_FATAL}>:-Werror>
  $<$<CXX_COMPILER_ID:Clang>:-Wthread-safety>)
if(CANDOR_SANITIZE)
  target_compile_options(candor_flags INTERFACE -fsanitize=${CANDOR_SANITIZE} -fno-omit-frame-pointer
    -fno-sanitize-recover=all)
  target_link_options(candor_flags INTERFACE -fsanitize=${CANDOR_SANITIZE})
endif()
if(CANDOR_FUZZ)
  target_compile_options(candor_flags INTERFACE -fsanitize=fuzzer-no-link)
endif()
if(CANDOR_COVERAGE)
  target_compile_options(candor_flags INTERFACE --coverage)
  target_link_options(candor_flags INTERFACE --coverage)
endif()

# candor_library(NAME SOURCES... HEADERS... DEPS... PRIVATE_DEPS...): one folder, one static library.
function(candor_library name)
  cmake_parse_arguments(arg "" "" "SOURCES;HEADERS;DEPS;PRIVATE_DEPS" ${ARGN})
  add_library(${name} STATIC ${arg_SOURCES})
  target_sources(${name} PUBLIC FILE_SET HEADERS BASE_DIRS "${PROJECT_SOURCE_DIR}" FILES ${arg_HEADERS})
  target_link_libraries(${name} PUBLIC candor_flags ${arg_DEPS} PRIVATE ${arg_PRIVATE_DEPS})
  set_target_properties(${name} PROPERTIES VERIFY_INTERFACE_HEADER_SETS ON)
endfunction()

# candor_program(NAME SOURCES... DEPS...): an executable in build/<preset>/bin.
function(candor_program name)
  cmake_parse_arguments(arg "" "" "SOURCES;DEPS" ${ARGN})
  add_executable(${name} ${arg_SOURCES})
  target_link_libraries(${name} PRIVATE candor_flags ${arg_DEPS})
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/bin")
endfunction()

# candor_test(NAME LABEL l [ALSO m] SOURCES... DEPS...): a GoogleTest program; every test is a CTest test with that label,
# or with both.
function(candor_test name)
  cmake_parse_arguments(arg "" "LABEL;ALSO" "SOURCES;DEPS" ${ARGN})
  add_executable(${name} ${arg_SOURCES})
  target_link_libraries(${name} PRIVATE candor_flags ${arg_DEPS} GTest::gmock_main)
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/tests")
  gtest_discover_tests(${name} TEST_LIST ${name}_list DISCOVERY_TIMEOUT 60 PROPERTIES LABELS "${arg_LABEL}" TIMEOUT 120)
  if(arg_ALSO)
    # gtest_discover_tests cannot pass on a list.
    set(labels "${CMAKE_CURRENT_BINARY_DIR}/${name}_labels.cmake")
    file(WRITE "${labels}" "foreach(name IN LISTS ${name}_list)\n"
      "  set_tests_properties(\"\${name}\" PROPERTIES LABELS \"${arg_LABEL};${arg_ALSO}\")\nendforeach()\n")
    set_property(DIRECTORY APPEND PROPERTY TEST_INCLUDE_FILES "${labels}")
  endif()
endfunction()
