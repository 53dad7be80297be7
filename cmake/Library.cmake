# The folders below src/, lowest first. A library sees only the folders before its own, because its
# include path holds links to those and to nothing else: an include that goes upward does not compile.
set(SLUICE_LAYERS base config net plan aws analysis store engine dialect local sim server cli)

# One precompiled header for every library.
file(WRITE ${PROJECT_BINARY_DIR}/precompiled.cpp "")
add_library(precompiled STATIC ${PROJECT_BINARY_DIR}/precompiled.cpp)
target_link_libraries(precompiled PRIVATE strict fmt::fmt)
target_precompile_headers(precompiled PRIVATE ${PROJECT_SOURCE_DIR}/cmake/precompiled.hpp)

function(sluice_layer_includes folder out)
  set(view ${PROJECT_BINARY_DIR}/layers/${folder})
  file(MAKE_DIRECTORY ${view})
  foreach(layer IN LISTS SLUICE_LAYERS)
    if(EXISTS ${PROJECT_SOURCE_DIR}/src/${layer} AND NOT EXISTS ${view}/${layer})
      file(CREATE_LINK ${PROJECT_SOURCE_DIR}/src/${layer} ${view}/${layer} SYMBOLIC)
    endif()
    if(layer STREQUAL folder)
      break()
    endif()
  endforeach()
  set(${out} ${view} PARENT_SCOPE)
endfunction()

# sluice_library(FOLDER SOURCES a.cpp … [LINKS lib …] [PACKAGES target …])
#   LINKS     other sluice libraries, named by folder
#   PACKAGES  system libraries, used only inside the .cpp files
function(sluice_library folder)
  cmake_parse_arguments(L "" "" "SOURCES;LINKS;PACKAGES" ${ARGN})
  sluice_layer_includes(${folder} view)
  set(target sluice_${folder})
  add_library(${target} STATIC ${L_SOURCES})
  target_include_directories(${target} PRIVATE ${view})
  list(TRANSFORM L_LINKS PREPEND sluice_)
  target_link_libraries(${target} PUBLIC ${L_LINKS} PRIVATE strict ${L_PACKAGES} fmt::fmt Threads::Threads)
  target_precompile_headers(${target} REUSE_FROM precompiled)
endfunction()
