// Files that a command reads, and what may bear the names of those that it writes. All throw BadInput.
#pragma once

#include <string>
#include <vector>

namespace trafficbench {

/// A file's number, closed at the end.
class Descriptor {
 public:
  explicit Descriptor(int file = -1) : file_(file) {}
  Descriptor(Descriptor&& other) noexcept : file_(other.release()) {}
  Descriptor& operator=(Descriptor&& other) noexcept;
  ~Descriptor();

  int get() const { return file_; }
  bool is_open() const { return file_ >= 0; }

  /// Closes it now. Whether that went well: file systems may tell only then that a write failed; see errno.
  bool close();

  /// It is the caller's to close.
  int release();

 private:
  int file_;
};

/// The path from the root on, without `.` in it. Links stay, which other nodes may lead elsewhere.
std::string absolute_path(const std::string& path);

/// The one path of what may be there, however it is spelled.
std::string canonical_path(const std::string& path);

/// Opens a plain file to read it, without waiting: a pipe that nobody writes to, a device or a folder is refused.
Descriptor open_to_read(const std::string& path);

/// The whole file. One that is longer than any report is refused: it would fill the memory.
std::string text_of_file(const std::string& path);

/// Whether a plain file bears that name. Throws for anything else that does: devices, folders, links that lead nowhere
/// would be lost, and --force speaks of files.
bool plain_file_at(const std::string& path);

/// Throws unless a file may be written there: nothing bears its name, or a plain file that may be replaced.
void check_free(const std::string& path, bool replace);

/// A file that a command is to write.
struct NamedFile {
  std::string option;  ///< that names it, as "--save"
  std::string path;    ///< empty: not asked for
};

/// Throws if two of them are one file, however it is spelled.
void check_apart(const std::vector<NamedFile>& files);

/// What the last call to the system said went wrong.
std::string system_text();

}  // namespace trafficbench
