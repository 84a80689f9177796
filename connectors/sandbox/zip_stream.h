// The content of one entry of a zip as a stream: what is read is unpacked on the way and never more than the
// list of entries has promised. Internal to zip_file.cpp; one owner, one thread.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "connectors/sandbox/byte_source.h"
#include "connectors/sandbox/zip_file.h"

namespace prospectd::sandbox {

constexpr uint16_t kZipStored = 0;
constexpr uint16_t kZipDeflated = 8;

/// `file` stays open and belongs to the caller; `what` begins the words of a failure.
std::unique_ptr<ByteSource> make_zip_stream(std::string what, int file, uint64_t data_at,
                                            const ZipEntry& entry);

}  // namespace prospectd::sandbox
