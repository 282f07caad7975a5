/// Protocol-buffer messages read where they lie in a mapped file, as far as files of weights need it. protobuf-java 4.36
/// is no substitute: its `CodedInputStream` copies a mapped file to the heap, so that 244 MB of weights need as much heap.
///
/// Start reading at [net.alexnet.interop.protobuf.Message].
@NullMarked
package net.alexnet.interop.protobuf;

import org.jspecify.annotations.NullMarked;
