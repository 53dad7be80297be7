#include "workplace.hpp"

#include <stdlib.h>

#include <cstdio>
#include <fstream>

namespace sluice::bench {

void give_up(std::string_view what, std::string const& why) {
  std::fprintf(stderr, "bench: %.*s: %s\n", static_cast<int>(what.size()), what.data(),
               why.c_str());
  std::exit(1);
}

Workplace::Workplace() {
  std::string name = (std::filesystem::temp_directory_path() / "sluice-bench-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) give_up("make a folder", name);
  path_ = name;
}

Workplace::~Workplace() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

std::filesystem::path Workplace::folder(std::string_view name) const {
  std::filesystem::create_directories(path_ / name);
  std::filesystem::permissions(path_ / name, std::filesystem::perms::owner_all);
  return path_ / name;
}

void write_file(std::filesystem::path const& path, std::string_view content) {
  std::ofstream file(path, std::ios::binary);
  file << content;
  if (!file.flush()) give_up("write a file", path.string());
}

Code make_code(Workplace const& workplace, store::Packages& packages, std::string const& index_js) {
  static int number = 0;
  auto const folder = workplace.folder("code-" + std::to_string(++number));
  write_file(folder / "index.js", index_js);
  Code code{must("pack the code", packages.add_folder(folder)), {}};
  auto const source = must("open the package", packages.open(code.stored.sha256));
  code.bytes.resize(source->size());
  for (std::size_t read = 0; read < code.bytes.size();) {
    auto const more =
        must("read the package", source->read(read, std::span(code.bytes).subspan(read)));
    if (more == 0) give_up("read the package", "it is shorter than it says");
    read += more;
  }
  return code;
}

}  // namespace sluice::bench
