package net.alexnet.inference;

import module java.base;
import net.alexnet.nn.Architecture;
import net.alexnet.nn.Architecture.Row;
import net.alexnet.nn.Layer.Conv;
import net.alexnet.nn.LayerListener;
import net.alexnet.nn.Network;
import net.alexnet.tensor.Backend;
import net.alexnet.tensor.Backend.Pooled;
import net.alexnet.tensor.Tensor;
import net.alexnet.tensor.Window;

/// The pictures that excite each unit of the convolutions most: those in which the greatest value of the unit's map, after the
/// activation, is highest. It listens to a network while pictures go through it, and keeps a few numbers for each unit.
public final class StrongestPictures implements LayerListener {
    /// How many pictures of each unit are kept at most.
    public static final int MOST = 9;

    private final Network network;
    private final Map<String, String> outputs = new HashMap<>(); // the row with the activation → the convolution
    private final Map<String, Units> units = new HashMap<>();

    /// A picture and the greatest value of a unit's map.
    ///
    /// @param picture its index, in the order in which the pictures went through the network
    public record Excited(int picture, float value) {}

    /// Of a network that has not seen a picture yet.
    public StrongestPictures(Network network) {
        this.network = network;
        Architecture architecture = network.architecture();
        for (Row row : architecture.rows()) {
            if (row.layer() instanceof Conv) {
                FeatureLayer layer = FeatureLayer.of(architecture, row.name());
                outputs.put(architecture.rows().get(layer.end() - 1).name(), row.name());
                units.put(row.name(), new Units(layer.shape().dim(0)));
            }
        }
    }

    /// The network; what goes through it is noted here.
    public Network network() {
        return network.withListener(this);
    }

    /// The pictures that excite a unit most, the strongest first; of equally strong ones the earlier. Pictures in which no value
    /// of its map is above 0 do not count.
    ///
    /// @param convolution such as `conv3`
    /// @param unit the number of its map, from 0
    /// @return empty if there is no such unit
    public Optional<List<Excited>> of(String convolution, int unit) {
        Units layer = units.get(convolution);
        return layer == null || unit < 0 || unit >= layer.strongest.size()
                ? Optional.empty()
                : Optional.of(List.copyOf(layer.strongest.get(unit)));
    }

    @Override
    public void done(Row row, Pass pass) {
        // times are of no interest
    }

    @Override
    public void output(Row row, Tensor out) {
        String convolution = outputs.get(row.name());
        if (convolution == null) {
            return;
        }
        Backend backend = network.backend();
        Pooled greatest = backend.maxPool(out, Window.of(out.shape().dim(2), 1, 0)); // of the whole map
        Objects.requireNonNull(units.get(convolution)).add(backend.download(greatest.output()));
        backend.free(greatest.output());
        if (!greatest.argmax().equals(greatest.output())) {
            backend.free(greatest.argmax());
        }
    }

    /// The units of a convolution.
    private static final class Units {
        private final List<List<Excited>> strongest;
        private int pictures;

        Units(int count) {
            strongest = Stream.generate(() -> (List<Excited>) new ArrayList<Excited>(MOST + 1)).limit(count).toList();
        }

        /// @param greatest of each picture and unit, picture by picture
        void add(float[] greatest) {
            for (int i = 0; i < greatest.length; i++) {
                if (greatest[i] > 0) {
                    offer(strongest.get(i % strongest.size()),
                            new Excited(pictures + i / strongest.size(), greatest[i]));
                }
            }
            pictures += greatest.length / strongest.size();
        }

        private static void offer(List<Excited> best, Excited one) {
            int place = best.size();
            while (place > 0 && one.value > best.get(place - 1).value) {
                place--;
            }
            if (place < MOST) {
                best.add(place, one);
                if (best.size() > MOST) {
                    best.removeLast();
                }
            }
        }
    }
}
