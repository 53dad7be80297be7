# The folders below src/, lowest first. A library sees only the folders before its own, because its
# include path holds links to those and to nothing else: an include that goes upward does not compile.
set(SLUICE_LAYERS base config net plan aws analysis store engine dialect local sim server cli)

# One precompiled header for every library.
file(WRITE ${PROJECT_BINARY_DIR}/precompiled.cpp "")
add_library(precompiled STATIC ${PROJECT_BINARY_DIR}/precompiled.cpp)
target_link_libraries(precompiled PRIVATE strict fmt::fmt)
target_precompile_headers(precompiled PRIVATE ${PROJECT_SOURCE_DIR}/cmake/precompiled.hpp)

# The include path of a folder: links to the folders it may see, and only those.
function(sluice_layer_includes folder out)
  set(view ${PROJECT_BINARY_DIR}/layers/${folder})
  file(MAKE_DIRECTORY ${view})
  list(FIND SLUICE_LAYERS ${folder} own)
  set(index 0)
  foreach(layer IN LISTS SLUICE_LAYERS)
    if(index GREATER own)
      # Left over from a time when the order was another one.
      file(REMOVE ${view}/${layer})
    elseif(EXISTS ${PROJECT_SOURCE_DIR}/src/${layer} AND NOT EXISTS ${view}/${layer})
      file(CREATE_LINK ${PROJECT_SOURCE_DIR}/src/${layer} ${view}/${layer} SYMBOLIC)
    endif()
    math(EXPR index "${index} + 1")
  endforeach()
  set(${out} ${view} PARENT_SCOPE)
endfunction()

# Stops where `folder` asks for a library that is not below it.
function(sluice_check_layers folder)
  list(FIND SLUICE_LAYERS "${folder}" own)
  if(own EQUAL -1)
    message(FATAL_ERROR "src/${folder} is not in SLUICE_LAYERS (cmake/Library.cmake)")
  endif()
  foreach(link IN LISTS ARGN)
    list(FIND SLUICE_LAYERS "${link}" other)
    if(other EQUAL -1 OR NOT other LESS own)
      message(FATAL_ERROR "src/${folder} cannot link ${link}: only folders below it, in the order "
        "${SLUICE_LAYERS}")
    endif()
  endforeach()
endfunction()

# sluice_library(FOLDER SOURCES a.cpp … [LINKS lib …] [PACKAGES target …])
#   LINKS     other sluice libraries, named by folder
#   PACKAGES  system libraries, used only inside the .cpp files
function(sluice_library folder)
  cmake_parse_arguments(L "" "" "SOURCES;LINKS;PACKAGES" ${ARGN})
  if(L_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "sluice_library(${folder}) does not know: ${L_UNPARSED_ARGUMENTS}")
  endif()
  sluice_check_layers("${folder}" ${L_LINKS})
  sluice_layer_includes(${folder} view)
  set(target sluice_${folder})
  add_library(${target} STATIC ${L_SOURCES})
  target_include_directories(${target} PRIVATE ${view})
  list(TRANSFORM L_LINKS PREPEND sluice_)
  target_link_libraries(${target} PUBLIC ${L_LINKS} PRIVATE strict ${L_PACKAGES} fmt::fmt Threads::Threads)
  target_precompile_headers(${target} REUSE_FROM precompiled)
endfunction()
