package net.alexnet.server.studio;

import module java.base;
import net.alexnet.data.Datasets;

/// The folders that were named at the start, outside of which the page reads no pictures. Training
/// follows links, so a source that has one which leads out is not trained on from the page.
///
/// @param real the folders that are there, without links in their paths
record Roots(List<Path> real) {
    private static final int MOST_LINKS = 40; // one after the other, as in Linux

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

    /// Whether a path stays within the roots when its links are followed, those that lead nowhere,
    /// too: what they name may be made later.
    boolean contain(Path path) throws IOException {
        return contain(path.toAbsolutePath(), MOST_LINKS);
    }

    private boolean contain(Path path, int links) throws IOException {
        for (Path first = path; first != null; first = first.getParent()) {
            int parts = first.getNameCount();
            Path rest = parts == path.getNameCount() ? Path.of("") : path.subpath(parts, path.getNameCount());
            if (Files.exists(first)) {
                Path whole = first.toRealPath().resolve(rest).normalize();
                return real.stream().anyMatch(whole::startsWith);
            }
            if (Files.isSymbolicLink(first)) {
                return links > 0
                        && contain(first.resolveSibling(Files.readSymbolicLink(first)).resolve(rest), links - 1);
            }
        }
        return false;
    }

    /// How a path of a root is named to those who may not know where the root is.
    String name(Path path) {
        return real.stream().filter(path::startsWith).map(root -> root.relativize(path).toString())
                .filter(text -> !text.isEmpty()).findFirst().orElse(String.valueOf(path.getFileName()));
    }

    /// The first link in a folder, at any depth, that leads out of the roots; empty if there is
    /// none. What training leaves out is not looked at.
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
                    if (Datasets.leavesOut(entry)) {
                        continue;
                    }
                    boolean link = Files.isSymbolicLink(entry);
                    if (link && !contain(entry)) {
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
