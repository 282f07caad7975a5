package net.alexnet.data;

import module java.base;
import net.alexnet.io.Tsv;

/// An image that was left out because it cannot be read.
///
/// @param name as its dataset names it
/// @param reason in a few words
public record RejectedImage(String name, String reason) {
    /// The table of the images that were left out, in a run's folder and in a prepared dataset.
    public static final String FILE = "rejected.tsv";

    /// For messages.
    @Override
    public String toString() {
        return name + ": " + reason;
    }

    /// Writes the table into a folder. Without rejected images there is no file.
    public static void write(Path folder, List<RejectedImage> rejected) throws IOException {
        Tsv.write(folder.resolve(FILE), List.of("file", "reason"),
                rejected.stream().map(one -> List.of(one.name, one.reason)).toList());
    }

    /// Reads the table in a folder; nothing if there is none.
    public static List<RejectedImage> read(Path folder) throws IOException {
        return Tsv.read(folder.resolve(FILE)).stream()
                .map(row -> new RejectedImage(row.getFirst(), row.getLast())).toList();
    }
}
