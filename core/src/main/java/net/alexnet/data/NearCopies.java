package net.alexnet.data;

import module java.base;
import net.alexnet.data.image.AlignedCorrelation;
import net.alexnet.data.image.Image;
import net.alexnet.data.image.ImageCodec;
import net.alexnet.data.image.PerceptualHash;
import net.alexnet.data.image.UnreadableImageException;

/// Finds training pictures that a picture is a copy of: compressed again, resized, brightened, mirrored or cropped a
/// little. Pictures of less than 32 pixels a side have no copies, since too many look alike.
///
/// The pictures whose hashes are near are compared pixel by pixel. Candidates are found without comparing every pair: if two
/// hashes differ in at most 10 bits, one of their four 16-bit quarters differs in at most 2. So there is a table of the hashes
/// for each quarter.
final class NearCopies {
    private static final int MOST_BITS = 10;
    private static final double LEAST_CORRELATION = 0.9;
    private static final int MOST_COPIES = 5; // of one picture
    private static final int MOST_CANDIDATES = 64; // of one picture, the nearest; sets of video frames have thousands
    private static final int QUARTERS = 4;
    private static final int QUARTER_BITS = 16;
    private static final int[] FLIPS = flips();

    private final ImageDataset training;
    private final long[] hashes;
    private final ImageCodec codec;
    private final List<Table> tables;

    /// A training picture that another picture is a copy of.
    ///
    /// @param index in the training pictures
    /// @param distance in how many of 63 bits the hashes differ
    /// @param mirrored whether the copy is mirrored
    record Copy(int index, int distance, boolean mirrored) {}

    /// @param training the pictures
    /// @param hashes of each picture [PerceptualHash#COUNT], one after the other; not copied
    NearCopies(ImageDataset training, long[] hashes, ImageCodec codec) {
        this.training = training;
        this.hashes = hashes;
        this.codec = codec;
        this.tables = IntStream.range(0, QUARTERS).mapToObj(quarter -> new Table(hashes, quarter)).toList();
    }

    /// Up to five copies of a picture, nearest first.
    List<Copy> of(Image image) throws UnreadableImageException {
        if (image.width() < PerceptualHash.MIN_SIDE) {
            return List.of();
        }
        List<Copy> copies = new ArrayList<>();
        for (Copy candidate : candidates(PerceptualHash.of(image))) {
            Image other = training.source(candidate.index).image(new byte[0]);
            if (AlignedCorrelation.of(other, candidate.mirrored ? image.mirrored() : image,
                    codec) >= LEAST_CORRELATION) {
                copies.add(candidate);
                if (copies.size() == MOST_COPIES) {
                    break;
                }
            }
        }
        return copies;
    }

    private List<Copy> candidates(long[] wanted) {
        Map<Integer, Copy> found = new HashMap<>();
        for (long hash : wanted) {
            addNear(hash, false, found);
            addNear(PerceptualHash.mirrored(hash), true, found);
        }
        return found.values().stream()
                .sorted(Comparator.comparingInt(Copy::distance).thenComparingInt(Copy::index)).limit(MOST_CANDIDATES)
                .toList();
    }

    private void addNear(long hash, boolean mirrored, Map<Integer, Copy> found) {
        for (int flip : FLIPS) {
            for (Table table : tables) {
                int key = table.key(hash) ^ flip;
                for (int i = table.starts[key]; i < table.starts[key + 1]; i++) {
                    int distance = PerceptualHash.distance(hash, hashes[table.members[i]]);
                    if (distance <= MOST_BITS) {
                        int index = table.members[i] / PerceptualHash.COUNT;
                        Copy known = found.get(index);
                        if (known == null || distance < known.distance) {
                            found.put(index, new Copy(index, distance, mirrored));
                        }
                    }
                }
            }
        }
    }

    /// All numbers of 16 bits with at most two bits that are 1, fewest first.
    private static int[] flips() {
        return IntStream.range(0, 1 << QUARTER_BITS).filter(bits -> Integer.bitCount(bits) <= 2).boxed()
                .sorted(Comparator.comparingInt(Integer::bitCount)).mapToInt(Integer::intValue).toArray();
    }

    /// The hashes by 16 of their bits.
    private static final class Table {
        private final int shift;
        private final int[] starts = new int[(1 << QUARTER_BITS) + 1]; // of each key in the members
        private final int[] members;

        Table(long[] hashes, int quarter) {
            shift = quarter * QUARTER_BITS;
            for (long hash : hashes) {
                starts[key(hash) + 1]++;
            }
            for (int key = 0; key < starts.length - 1; key++) {
                starts[key + 1] += starts[key];
            }
            int[] next = starts.clone();
            members = new int[hashes.length];
            for (int i = 0; i < hashes.length; i++) {
                members[next[key(hashes[i])]++] = i;
            }
        }

        int key(long hash) {
            return (int) (hash >>> shift) & 0xFFFF;
        }
    }
}
