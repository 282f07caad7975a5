package net.alexnet.server.studio;

import module java.base;

/// A checkpoint as it was written. A run that was resumed may replace a checkpoint by another one
/// of the same step, so the folder alone does not name it.
///
/// @param folder its path
/// @param file the key of the file `state.json`, where the file system has such keys
/// @param written when `state.json` was written
record CheckpointId(Path folder, Optional<Object> file, FileTime written) {
    /// The checkpoint that is in a folder now.
    ///
    /// @throws IOException if it is incomplete
    static CheckpointId of(Path folder) throws IOException {
        BasicFileAttributes state = Files.readAttributes(folder.resolve("state.json"), BasicFileAttributes.class);
        return new CheckpointId(folder, Optional.ofNullable(state.fileKey()), state.lastModifiedTime());
    }

    /// The name of its folder.
    String name() {
        return String.valueOf(folder.getFileName());
    }
}
