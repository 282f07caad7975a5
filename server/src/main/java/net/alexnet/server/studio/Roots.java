package net.alexnet.server.studio;

import module java.base;

/// The folders that were named at the start, outside of which the page reads no pictures. Training
/// follows links, so a source that has one which leads out is not trained on from the page.
///
/// @param real the folders that are there, without links in their paths
record Roots(List<Path> real) {
    Roots {
        real = List.copyOf(real);
    }

    static Roots of(List<Path> named) throws IOException {
        List<Path> real = new ArrayList<>();
        for (Path root : named) {
            if (Files.isDirectory(root)) {
                real.add(root.toRealPath());
            }
        }
        return new Roots(real);
    }

    /// Whether a path stays within the roots when its links are followed, as far as it exists.
    boolean contain(Path path) {
        for (Path existing = path.toAbsolutePath().normalize(); existing != null; existing = existing.getParent()) {
            if (Files.exists(existing)) {
                return isBelow(existing);
            }
        }
        return false;
    }

    /// Whether a file or a folder is below a root. A link that leads nowhere is not.
    boolean isBelow(Path existing) {
        try {
            Path path = existing.toRealPath();
            return real.stream().anyMatch(path::startsWith);
        } catch (IOException e) {
            return false;
        }
    }

    /// The first link in a folder, at any depth, that leads out of the roots; empty if there is none.
    /// Links that lead nowhere count as pictures that cannot be read, as in training.
    Optional<Path> leadingOut(Path folder) throws IOException {
        Set<Path> seen = new HashSet<>();
        Deque<Path> folders = new ArrayDeque<>(List.of(folder.toRealPath()));
        while (!folders.isEmpty()) {
            Path next = folders.removeLast();
            if (!seen.add(next)) {
                continue;
            }
            try (DirectoryStream<Path> entries = Files.newDirectoryStream(next)) {
                for (Path entry : entries) {
                    if (String.valueOf(entry.getFileName()).startsWith(".")) {
                        continue; // which training leaves out
                    }
                    boolean link = Files.isSymbolicLink(entry);
                    if (link && Files.exists(entry) && !isBelow(entry)) {
                        return Optional.of(entry);
                    }
                    if (Files.isDirectory(entry)) {
                        folders.add(link ? entry.toRealPath() : entry);
                    }
                }
            } catch (DirectoryIteratorException e) {
                throw Objects.requireNonNull(e.getCause());
            }
        }
        return Optional.empty();
    }
}
