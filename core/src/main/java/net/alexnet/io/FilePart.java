package net.alexnet.io;

import java.nio.file.Path;

/// A place in a file where something begins.
///
/// @param file that holds it
/// @param offset of its first byte; 0 where it is the whole file
public record FilePart(Path file, long offset) {}
