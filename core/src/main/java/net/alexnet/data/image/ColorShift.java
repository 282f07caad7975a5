package net.alexnet.data.image;

import java.util.List;

/// What one use of a picture adds to every pixel of it (§4.1 of the paper).
///
/// @param values one per channel, in the units of 8-bit samples; empty for nothing
public record ColorShift(List<Float> values) {
    /// The picture as it is.
    public static final ColorShift NONE = new ColorShift(List.of());

    public ColorShift {
        values = List.copyOf(values);
    }

    /// What is added to a channel.
    public float of(int channel) {
        return values.isEmpty() ? 0 : values.get(channel);
    }
}
