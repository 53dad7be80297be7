# What an installation has, and how `./dev package` packs it. The version is that of project().
include(GNUInstallDirs)
set(CMAKE_INSTALL_DOCDIR ${CMAKE_INSTALL_DATADIR}/doc/sluice)

set(SLUICE_MAINTAINER "The Sluice maintainers <maintainers@sluice.invalid>" CACHE STRING
  "Who a Debian package names as its maintainer, as Name <address>")

# The program writes its manual page and completions itself.
set(package_files ${PROJECT_BINARY_DIR}/package_files)
file(MAKE_DIRECTORY ${package_files})
function(sluice_writes file)
  string(JOIN " " words ${ARGN})
  add_custom_command(OUTPUT ${package_files}/${file}
    COMMAND sh -c "\"$1\" ${words} >\"$2\"" sh $<TARGET_FILE:sluice> ${package_files}/${file}
    DEPENDS sluice VERBATIM)
endfunction()
function(sluice_gzips from file)
  add_custom_command(OUTPUT ${package_files}/${file}
    COMMAND sh -c "gzip -9nc \"$1\" >\"$2\"" sh ${from} ${package_files}/${file}
    DEPENDS ${from} VERBATIM)
endfunction()
sluice_writes(sluice.1 help man)
sluice_writes(sluice.bash completion bash)
sluice_writes(_sluice completion zsh)
sluice_writes(sluice.fish completion fish)
sluice_gzips(${package_files}/sluice.1 sluice.1.gz)
sluice_gzips(${PROJECT_SOURCE_DIR}/CHANGELOG.md changelog.gz)

add_custom_target(package_files DEPENDS ${package_files}/sluice.1.gz ${package_files}/sluice.bash
  ${package_files}/_sluice ${package_files}/sluice.fish ${package_files}/changelog.gz)

install(TARGETS sluice DESTINATION ${CMAKE_INSTALL_BINDIR})
install(FILES ${package_files}/sluice.1.gz DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)
install(FILES ${package_files}/sluice.bash RENAME sluice
  DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions)
install(FILES ${package_files}/_sluice DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/vendor-completions)
install(FILES ${package_files}/sluice.fish
  DESTINATION ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d)
install(FILES packaging/sluice.service DESTINATION lib/systemd/system)
# scripts/dev/package.sh writes Debian's own changelog: its date is that of the sources.
install(FILES README.md packaging/debian/copyright ${package_files}/changelog.gz
  ${package_files}/changelog.Debian.gz DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(DIRECTORY docs/reference docs/how-to DESTINATION ${CMAKE_INSTALL_DOCDIR}
  FILES_MATCHING PATTERN "*.md")
install(DIRECTORY examples DESTINATION ${CMAKE_INSTALL_DOCDIR})

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME sluice)
set(CPACK_PACKAGE_CONTACT ${SLUICE_MAINTAINER})
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_DEB_COMPONENT_INSTALL OFF)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_RELEASE 1)
set(CPACK_DEBIAN_PACKAGE_SECTION admin)
set(CPACK_DEBIAN_PACKAGE_PRIORITY optional)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_DEPENDS ca-certificates)
set(CPACK_DEBIAN_PACKAGE_DESCRIPTION "release AWS Lambda functions step by step
Sluice publishes a new version of a function, moves the traffic of an alias
to it in steps, watches its errors, and moves the traffic back by itself
when the new version is worse. Every step is journalled, so that a release
survives the end of its process.
.
This package has the command line, the server with its systemd unit, which
is not enabled, and a local AWS endpoint to rehearse on.")
set(CPACK_DEBIAN_PACKAGE_CONTROL_EXTRA ${PROJECT_SOURCE_DIR}/packaging/debian/postinst
  ${PROJECT_SOURCE_DIR}/packaging/debian/prerm ${PROJECT_SOURCE_DIR}/packaging/debian/postrm)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
include(CPack)
