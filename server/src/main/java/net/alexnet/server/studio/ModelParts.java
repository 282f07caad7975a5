package net.alexnet.server.studio;

import module java.base;
import net.alexnet.data.image.Image;
import net.alexnet.figure.ActivationFigure;
import net.alexnet.figure.TowerColors;
import net.alexnet.inference.FeatureLayer;
import net.alexnet.inference.FilterTiles;
import net.alexnet.inference.Views;
import net.alexnet.nn.Architecture.Row;
import net.alexnet.nn.Layer.Conv;
import net.alexnet.nn.Layer.MaxPool;
import net.alexnet.nn.Layer.Weighted;
import net.alexnet.server.Call;
import net.alexnet.server.HttpFailure;
import net.alexnet.server.Reply;
import net.alexnet.train.OpenModel;

/// The kernels of a network, and what its layers make of a picture.
final class ModelParts {
    private static final int MAPS = 64; // of a layer that are shown

    private final RunLookup lookup;
    private final OpenModels models;

    ModelParts(RunLookup lookup, OpenModels models) {
        this.lookup = lookup;
        this.models = models;
    }

    /// The kernels of conv1.
    ///
    /// @param towers how many; each has as many of the kernels, in their order
    /// @param comparison of the color shares of the towers, in words; empty for one tower
    private record Kernels(int towers, List<Kernel> kernels, String comparison, Tiles tiles) {}

    /// @param norm of the weights
    /// @param share of color: 0 for a gray kernel, at most 1
    private record Kernel(int index, int tower, double norm, double share) {}

    /// Answers with the kernels of conv1.
    Reply kernels(Call call) throws IOException, HttpFailure, InterruptedException {
        return models.with(lookup.checkpoint(lookup.run(call), call), open -> {
            Optional<FilterTiles> found = open.with(model -> FilterTiles.of(model.network()));
            if (found.isEmpty()) {
                throw new HttpFailure(404, "this network has no conv1, whose kernels would be shown here");
            }
            FilterTiles kernels = found.get();
            int towers = open.card().network().towers();
            Optional<TowerColors> colors = open.with(TowerColors::of);
            List<Double> shares = colors.map(it -> it.shares().stream().flatMap(List::stream).toList())
                    .orElse(Collections.nCopies(kernels.filters(), 0.0));
            List<Kernel> all = IntStream.range(0, kernels.filters()).mapToObj(i -> new Kernel(i,
                    i * towers / kernels.filters(), norm(kernels, i), shares.get(i))).toList();
            String comparison = colors.filter(it -> it.difference().isPresent())
                    .map(it -> String.format(Locale.ROOT,
                            "Mean color share %.2f in tower 1 and %.2f in tower 2; permutation test p = %.4f.",
                            it.mean(0),
                            it.mean(1), it.p().orElseThrow()))
                    .orElse("");
            return Reply.json(new Kernels(towers, all, comparison,
                    Tiles.of(IntStream.range(0, kernels.filters()).mapToObj(kernels::tile).toList())));
        });
    }

    private static double norm(FilterTiles kernels, int index) {
        int length = kernels.channels() * kernels.side() * kernels.side();
        double sum = 0;
        for (int i = index * length; i < (index + 1) * length; i++) {
            sum += (double) kernels.weights()[i] * kernels.weights()[i];
        }
        return Math.sqrt(sum);
    }

    /// What a layer makes of a picture.
    ///
    /// @param shape channels × height × width, or the number of units
    /// @param convolution whether its maps are units of which the strongest pictures are known
    /// @param active the share of values above 0
    /// @param numbers of the maps that are shown, the strongest first; one picture of all units for
    ///     a layer without maps
    /// @param most the greatest value
    private record Layer(String name, String shape, long parameters, boolean convolution, double active, double most,
            List<Integer> numbers, Tiles tiles) {}

    private record LayerOutputs(Tiles seen, List<Layer> layers) {}

    /// Answers with the outputs of the layers for the picture in the body.
    Reply layers(Call call) throws IOException, HttpFailure, InterruptedException {
        return models.with(lookup.checkpoint(lookup.run(call), call),
                open -> Reply.json(outputs(open, TryPage.square(open, call.body()))));
    }

    static Object outputs(OpenModel open, Image square) {
        List<Layer> layers = new ArrayList<>();
        for (Row row : open.card().network().architecture().rows()) {
            if (row.layer() instanceof Weighted || row.layer() instanceof MaxPool) {
                FeatureLayer layer = FeatureLayer.of(open.card().network().architecture(), row.name());
                if (open.card().untrained().isEmpty()) {
                    layers.add(layer(row, layer,
                            open.predictor(Views.CENTER).features(List.of(square), layer).getFirst()));
                }
            }
        }
        return new LayerOutputs(Tiles.of(TryPage.center(square, open.card().preprocessing())), layers);
    }

    private static Layer layer(Row row, FeatureLayer layer, float[] values) {
        double active = IntStream.range(0, values.length).filter(i -> values[i] > 0).count() / (double) values.length;
        boolean maps = layer.shape().rank() == 3;
        int side = maps ? layer.shape().dim(1) : (int) Math.ceil(Math.sqrt(values.length));
        List<Integer> shown = maps
                ? ActivationFigure.strongest(values, side * side).stream().limit(MAPS).toList()
                : List.of(0);
        float[] padded = maps ? values : Arrays.copyOf(values, side * side);
        double most = 0;
        for (float value : values) {
            most = Math.max(most, value);
        }
        return new Layer(row.name(), layer.shape().toString(), row.parameters(), row.layer() instanceof Conv, active,
                most, shown,
                Tiles.of(shown.stream().map(map -> ActivationFigure.tile(padded, map, side)).toList()));
    }
}
