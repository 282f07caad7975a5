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

/// The pictures that excite each unit of the convolutions most: those in which the greatest value
/// of the unit's map, after the activation, is highest. It watches a network while pictures go
/// through it, and keeps a few numbers for each unit, but nothing of the network.
public final class StrongestPictures {
    /// How many pictures of each unit are kept at most.
    public static final int MOST = 9;

    private final Map<String, Units> units = new HashMap<>();

    /// A picture and the greatest value of a unit's map.
    ///
    /// @param picture its index, in the order in which the pictures went through the network
    public record Excited(int picture, float value) {}

    /// Watches a network from its first picture on.
    ///
    /// @return the same network; what goes through this one is noted
    public Network watch(Network network) {
        Architecture architecture = network.architecture();
        Map<String, Units> outputs = new HashMap<>(); // by the row with the activation
        for (Row row : architecture.rows()) {
            if (row.layer() instanceof Conv) {
                FeatureLayer layer = FeatureLayer.of(architecture, row.name());
                Units own = new Units(layer.shape().dim(0));
                units.put(row.name(), own);
                outputs.put(architecture.rows().get(layer.end() - 1).name(), own);
            }
        }
        return network.withListener(new Watch(network.backend(), outputs));
    }

    /// The pictures that excite a unit most, the strongest first; of equally strong ones the
    /// earlier. Pictures in which no value of its map is above 0 do not count.
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

    /// Notes the outputs. Only the network that is watched holds this, so that the backend and the
    /// parameters can be freed before the numbers are.
    private record Watch(Backend backend, Map<String, Units> outputs) implements LayerListener {
        @Override
        public void done(Row row, Pass pass) {
            // times are of no interest
        }

        @Override
        public void output(Row row, Tensor out) {
            Units units = outputs.get(row.name());
            if (units == null) {
                return;
            }
            Pooled greatest = backend.maxPool(out, Window.of(out.shape().dim(2), 1, 0)); // of the whole map
            units.add(backend.download(greatest.output()));
            backend.free(greatest.output());
            if (!greatest.argmax().equals(greatest.output())) {
                backend.free(greatest.argmax());
            }
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
                List<Excited> best = strongest.get(i % strongest.size());
                if (greatest[i] > (best.size() < MOST ? 0 : best.getLast().value)) {
                    insert(best, new Excited(pictures + i / strongest.size(), greatest[i]));
                }
            }
            pictures += greatest.length / strongest.size();
        }

        private static void insert(List<Excited> best, Excited one) {
            int place = best.size();
            while (place > 0 && one.value > best.get(place - 1).value) {
                place--;
            }
            best.add(place, one);
            if (best.size() > MOST) {
                best.removeLast();
            }
        }
    }
}
