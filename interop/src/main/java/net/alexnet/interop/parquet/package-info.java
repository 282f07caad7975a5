/// Parquet files of pictures, as Hugging Face writes them.
///
/// The reader is our own. Measured: hardwood 1.0.1, which needs no Hadoop, writes behind its buffers when a page's header
/// gives a smaller size than its Snappy data (the JVM dies of `free(): invalid next size`), and parquet-java needs Hadoop.
@NullMarked
package net.alexnet.interop.parquet;

import org.jspecify.annotations.NullMarked;
