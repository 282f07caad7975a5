package net.alexnet.data;

import module java.base;
import net.alexnet.data.image.Image;

/// An image as CIFAR has it: the red, the green and the blue plane of 32 × 32 samples, rows from the top.
///
/// @param planes of this image and others; not copied, treat as constant
/// @param start of the image's first sample
public record PlanarImage(ByteBuffer planes, int start) implements Sample.Source {
    private static final int SIDE = 32;
    private static final int PLANE = SIDE * SIDE;

    /// The bytes of an image.
    public static final int BYTES = 3 * PLANE;

    @Override
    public Content content() {
        byte[] planar = new byte[BYTES];
        planes.get(start, planar);
        byte[] samples = new byte[BYTES];
        for (int i = 0; i < samples.length; i++) {
            samples[i] = planar[i % 3 * PLANE + i / 3];
        }
        return new Content.Raw(new Image(SIDE, SIDE, 3, samples));
    }

    /// Made of the pixels.
    @Override
    public long stamp() {
        return Arrays.hashCode(content().bytes());
    }
}
