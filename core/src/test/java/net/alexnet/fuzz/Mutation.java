package net.alexnet.fuzz;

import java.util.Arrays;
import java.util.Random;

/// Changes of a valid file, as a function of a random number: bytes flipped, numbers blown up, the file cut, and stretches
/// doubled, dropped or moved.
public final class Mutation {
    private static final long[] EXTREMES = {-1, 0, 1, 0x7f, 0x80, 0xff, 0x7fff, 0xffff, Integer.MAX_VALUE,
        Integer.MIN_VALUE, 0xffff_ffffL, 1L << 32, Long.MAX_VALUE, Long.MIN_VALUE, Long.MAX_VALUE / 4, 1L << 40};
    private static final int MAX_CHANGES = 4;

    private final Random random;

    public Mutation(Random random) {
        this.random = random;
    }

    /// A changed copy.
    public byte[] of(byte[] valid) {
        byte[] bytes = valid;
        int changes = 1 + random.nextInt(MAX_CHANGES);
        for (int i = 0; i < changes && bytes.length > 1; i++) {
            bytes = once(bytes);
        }
        return bytes;
    }

    private byte[] once(byte[] bytes) {
        int at = random.nextInt(bytes.length);
        byte[] changed = bytes.clone();
        switch (random.nextInt(10)) {
            case 0, 1 -> changed[at] ^= (byte) (1 << random.nextInt(8));
            case 2, 3 -> changed[at] = (byte) random.nextInt(256);
            case 4, 5 -> { // another byte of the same file: an opcode, a tag, a length
                changed[at] = bytes[random.nextInt(bytes.length)];
            }
            case 6 -> {
                long extreme = EXTREMES[random.nextInt(EXTREMES.length)];
                int size = 1 << random.nextInt(4);
                for (int i = 0; i < size && at + i < bytes.length; i++) {
                    changed[at + i] = (byte) (extreme >> (8 * i));
                }
            }
            case 7 -> changed = Arrays.copyOf(bytes, at);
            case 8 -> changed = spliced(bytes, at, at, stretch(bytes, at)); // doubled
            default -> {
                int from = random.nextInt(bytes.length);
                changed = random.nextBoolean()
                        ? spliced(bytes, at, Math.min(bytes.length, at + 1 + random.nextInt(16)), new byte[0])
                        : spliced(bytes, at, at, stretch(bytes, from));
            }
        }
        return changed;
    }

    private byte[] stretch(byte[] bytes, int from) {
        int limit = random.nextInt(8) == 0 ? bytes.length : 64;
        return Arrays.copyOfRange(bytes, from, Math.min(bytes.length, from + 1 + random.nextInt(limit)));
    }

    private static byte[] spliced(byte[] bytes, int start, int end, byte[] middle) {
        byte[] result = Arrays.copyOf(bytes, start + middle.length + bytes.length - end);
        System.arraycopy(middle, 0, result, start, middle.length);
        System.arraycopy(bytes, end, result, start + middle.length, bytes.length - end);
        return result;
    }
}
