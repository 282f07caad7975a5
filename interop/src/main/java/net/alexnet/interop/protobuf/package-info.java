/// Protocol-buffer messages read where they lie in a mapped file, as far as files of weights need it. The library's own
/// reader copies what it is given, or wants a heap of the file's size; here a field of 150 MB is a slice of the mapping.
///
/// Start reading at [net.alexnet.interop.protobuf.Message].
@NullMarked
package net.alexnet.interop.protobuf;

import org.jspecify.annotations.NullMarked;
