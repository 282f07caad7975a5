package net.alexnet.data;

import java.util.Arrays;

/// Where the pictures of a set stand in a tar, and what they are: 20 bytes for each, so that the 1.28 million of
/// ILSVRC-2012 take 26 MB. Filled by one thread, then only read.
final class TarIndex {
    private long[] offsets = new long[1024];
    private int[] lengths = new int[1024];
    private int[] labels = new int[1024];
    private int[] numbers = new int[1024];
    private int size;

    /// @param offset of the picture's bytes in the tar
    /// @param length in bytes
    /// @param number the one in its file's name
    void add(long offset, int length, int label, int number) {
        if (size == offsets.length) {
            int capacity = size + size / 2;
            offsets = Arrays.copyOf(offsets, capacity);
            lengths = Arrays.copyOf(lengths, capacity);
            labels = Arrays.copyOf(labels, capacity);
            numbers = Arrays.copyOf(numbers, capacity);
        }
        offsets[size] = offset;
        lengths[size] = length;
        labels[size] = label;
        numbers[size] = number;
        size++;
    }

    int size() {
        return size;
    }

    long offset(int index) {
        return offsets[index];
    }

    int length(int index) {
        return lengths[index];
    }

    int label(int index) {
        return labels[index];
    }

    int number(int index) {
        return numbers[index];
    }
}
