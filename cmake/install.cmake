# How Weir gets into other people's projects: `cmake --install`, packages by `cpack`, and what they
# then find it by: find_package(weir COMPONENTS ring net), or pkg-config weir-ring. Each library of
# weir/ is a component, with no line of its own but its weir_library().

# What libraries of ours may LINK: the target, or the file that find_library found; and by what it
# is found: find_package's name, pkg-config's, and the Debian package that has it. `-` is nothing.
set(weir_foreign_targets
  "Threads::Threads              Threads        -              -"
  "OpenSSL::SSL                  OpenSSL        libssl         libssl-dev"
  "OpenSSL::Crypto               OpenSSL        libcrypto      libssl-dev"
  "librocksdb.so                 -              rocksdb        librocksdb-dev"
  "Boost::headers                Boost          -              libboost1.81-dev"
  "fmt::fmt                      fmt            fmt            libfmt-dev"
  "nlohmann_json::nlohmann_json  nlohmann_json  nlohmann_json  nlohmann-json3-dev")

# Its shared form is named after the version that it is compatible with, and shows only what is
# ours. (A version script does that without a word in the code.)
function(weir_shared_library target)
  set_target_properties(${target} PROPERTIES
    VERSION ${PROJECT_VERSION}
    SOVERSION ${PROJECT_VERSION_MAJOR}.${PROJECT_VERSION_MINOR})
  if(BUILD_SHARED_LIBS)
    set(script "${PROJECT_BINARY_DIR}/exports.map")
    configure_file("${PROJECT_SOURCE_DIR}/cmake/exports.map" "${script}" @ONLY)
    target_link_options(${target} PRIVATE "LINKER:--version-script=${script}")
    set_target_properties(${target} PROPERTIES LINK_DEPENDS "${script}")
  endif()
endfunction()

# The row of a target: ${out}_package, ${out}_pkgconfig, ${out}_debian; empty where there is none.
function(weir_foreign target out)
  if(IS_ABSOLUTE "${target}")
    get_filename_component(target "${target}" NAME)
  endif()
  foreach(row IN LISTS weir_foreign_targets)
    string(REGEX REPLACE " +" ";" row "${row}")
    list(GET row 0 name)
    if(NOT name STREQUAL target)
      continue()
    endif()
    foreach(column IN ITEMS package pkgconfig debian)
      list(POP_FRONT row)
      list(GET row 0 value)
      string(REGEX REPLACE "^-$" "" value "${value}")
      set(${out}_${column} "${value}" PARENT_SCOPE)
    endforeach()
    return()
  endforeach()
  message(FATAL_ERROR "A library of weir/ links ${target}: give it a row in cmake/install.cmake, "
    "so that who installs Weir finds it, too.")
endfunction()

function(weir_install_library name)
  cmake_parse_arguments(arg "" "" "DEPENDS;LINK" ${ARGN})
  if(NOT WEIR_INSTALL)
    return()
  endif()
  install(TARGETS weir_${name} EXPORT weirTargets FILE_SET HEADERS)

  # Everything that it needs of others, directly or by what it depends on.
  set(packages "")
  set(requires "")
  set(debians "")
  foreach(target IN LISTS arg_LINK)
    weir_foreign(${target} foreign)
    list(APPEND packages ${foreign_package})
    list(APPEND requires ${foreign_pkgconfig})
    list(APPEND debians ${foreign_debian})
  endforeach()
  foreach(folder IN LISTS arg_DEPENDS)
    get_property(theirs GLOBAL PROPERTY WEIR_PACKAGES_${folder})
    list(APPEND packages ${theirs})
    list(PREPEND requires weir-${folder})
  endforeach()
  list(REMOVE_DUPLICATES packages)
  set_property(GLOBAL PROPERTY WEIR_PACKAGES_${name} "${packages}")
  set_property(GLOBAL APPEND PROPERTY WEIR_COMPONENTS ${name})
  set_property(GLOBAL APPEND PROPERTY WEIR_DEBIANS ${debians})
  weir_install_pkgconfig(${name} "${requires}")
endfunction()

# weir-ring.pc and so on; the umbrella's is weir.pc. It finds its files from where it lies itself.
function(weir_install_pkgconfig name requires)
  set(file weir-${name})
  if(name STREQUAL weir)
    set(file weir)
  endif()
  set(folder "${CMAKE_INSTALL_LIBDIR}/pkgconfig")
  file(RELATIVE_PATH up "/${folder}" "/")
  set(libs "")
  get_target_property(kind weir_${name} TYPE)
  if(NOT kind STREQUAL INTERFACE_LIBRARY)
    set(libs "Libs: -L\${libdir} -lweir_${name}\n")
  endif()
  list(JOIN requires " " requires)
  set(path "${PROJECT_BINARY_DIR}/${file}.pc")
  file(CONFIGURE OUTPUT "${path}" @ONLY CONTENT
"prefix=\${pcfiledir}/${up}
libdir=\${prefix}/${CMAKE_INSTALL_LIBDIR}
includedir=\${prefix}/${CMAKE_INSTALL_INCLUDEDIR}

Name: ${file}
Description: ${PROJECT_DESCRIPTION} (C++20)
Version: ${PROJECT_VERSION}
Requires: ${requires}
Cflags: -I\${includedir}
${libs}")
  install(FILES "${path}" DESTINATION "${folder}")
endfunction()

# After all libraries: what find_package needs, and the rules for cpack.
function(weir_install_package)
  set(folder "${CMAKE_INSTALL_LIBDIR}/cmake/weir")
  install(EXPORT weirTargets NAMESPACE weir:: DESTINATION "${folder}")
  get_property(components GLOBAL PROPERTY WEIR_COMPONENTS)
  set(WEIR_PACKAGES_OF_COMPONENTS "")
  foreach(name IN LISTS components)
    get_property(packages GLOBAL PROPERTY WEIR_PACKAGES_${name})
    string(APPEND WEIR_PACKAGES_OF_COMPONENTS "set(weir_packages_of_${name} ${packages})\n")
  endforeach()
  configure_package_config_file("${PROJECT_SOURCE_DIR}/cmake/weirConfig.cmake.in"
    "${PROJECT_BINARY_DIR}/weirConfig.cmake" INSTALL_DESTINATION "${folder}")
  write_basic_package_version_file("${PROJECT_BINARY_DIR}/weirConfigVersion.cmake"
    COMPATIBILITY SameMinorVersion)
  install(FILES "${PROJECT_BINARY_DIR}/weirConfig.cmake"
    "${PROJECT_BINARY_DIR}/weirConfigVersion.cmake" DESTINATION "${folder}")

  # cpack -G DEB: one package, for who compiles against it.
  get_property(debians GLOBAL PROPERTY WEIR_DEBIANS)
  list(REMOVE_DUPLICATES debians)
  list(JOIN debians ", " CPACK_DEBIAN_PACKAGE_DEPENDS)
  set(CPACK_GENERATOR DEB)
  set(CPACK_PACKAGE_NAME libweir-dev)
  set(CPACK_PACKAGE_CONTACT "The authors of Weir <weir@localhost>")
  set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "${PROJECT_DESCRIPTION}")
  set(CPACK_RESOURCE_FILE_LICENSE "${PROJECT_SOURCE_DIR}/LICENSE")
  set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
  set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
  set(CPACK_DEBIAN_PACKAGE_SECTION libdevel)
  set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ${BUILD_SHARED_LIBS})
  include(CPack)
endfunction()
