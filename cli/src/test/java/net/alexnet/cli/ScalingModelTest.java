package net.alexnet.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import module java.base;
import net.alexnet.cli.ScalingModel.Exchange;
import net.alexnet.cli.ScalingModel.Pass;
import net.alexnet.nn.AlexNet;
import net.alexnet.nn.Architecture.Row;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ScalingModelTest {
    /// The paper's network at 60 pictures/s: 2.13 s a step of 128, of which a third is the forward pass, and each layer of the
    /// backward pass takes as much as it multiplies.
    private static ScalingModel paper(double deviation) {
        List<Row> rows = AlexNet.paper().architecture().rows();
        double all = AlexNet.paper().architecture().multiplyAdds();
        List<Pass> passes = new ArrayList<>();
        for (Row row : rows.reversed()) {
            double seconds = 2.13 / 3 * row.multiplyAdds() / all;
            passes.add(Pass.of(row, seconds, seconds));
        }
        return new ScalingModel(passes, 2.13 / 3, 0, 128, deviation, true);
    }

    /// The same network on a GPU.
    ///
    /// @param factor on all times
    private static ScalingModel gpu(ScalingModel cpu, double factor) {
        return new ScalingModel(cpu.layers().stream().map(pass -> new Pass(pass.gradientBytes(), pass.factorBytes(),
                pass.inputBytes(), factor * pass.weightSeconds(), factor * pass.dataSeconds())).toList(),
                factor * cpu.forwardSeconds(), 0,
                128, 0, false);
    }

    @Test
    void theBytesAreThoseOfThePapersNetwork() {
        assertThat(paper(0).layers().stream().mapToLong(Pass::gradientBytes).sum()).isEqualTo(4 * 60_965_224L);
        assertThat(paper(0).layers().stream().mapToLong(Pass::factorBytes).sum()).isEqualTo(106_400);
        assertThat(paper(0).layers().stream().mapToLong(Pass::inputBytes).sum()).isEqualTo(4 * (9216 + 2 * 4096));
    }

    /// 244 MB of each of two ranks take 2.075 s over 1 Gb/s, and all but the last layers' 6 MB can begin after the dense layers.
    @Test
    void aSlowLinkBoundsTheStep() {
        double step = 2.13 / paper(0).efficiency(2, 1, Exchange.FLOAT32);
        assertThat(step).isBetween(2.075 + 2.13 / 3, 2.075 + 2.13 / 3 + .3);
        assertThat(2.13 / paper(0).efficiency(2, .1, Exchange.FLOAT32)).isCloseTo(20.8 + .8, within(.4));
    }

    @Test
    void halfTheBytesTakeHalfTheTime() {
        double whole = 2.13 / paper(0).efficiency(2, .1, Exchange.FLOAT32);
        double half = 2.13 / paper(0).efficiency(2, .1, Exchange.BFLOAT16);
        assertThat(whole - half).isCloseTo(10.4, within(.1));
    }

    @ParameterizedTest
    @EnumSource(Exchange.class)
    void moreRanksAndSlowerLinksAreNeverBetter(Exchange exchange) {
        ScalingModel model = paper(.02);
        double before = 1;
        for (int ranks : List.of(1, 2, 4, 8, 64, 1024)) {
            double now = model.efficiency(ranks, 10, exchange);
            assertThat(now).isPositive().isLessThanOrEqualTo(before);
            assertThat(model.efficiency(ranks, 1, exchange)).isLessThanOrEqualTo(now);
            before = now;
        }
    }

    /// With an endless link, what is left is the work of communicating and the slowest rank. Hops hide behind the convolutions
    /// until there are many ranks.
    @Test
    void anEndlessLinkLeavesTheWorkOfCommunicating() {
        assertThat(paper(0).efficiency(64, 1e9, Exchange.FLOAT32)).isCloseTo(2.13 / 2.28, within(.01));
        double slowest = .05 * Math.sqrt(2 * Math.log(64));
        assertThat(paper(.05).efficiency(64, 1e9, Exchange.FLOAT32))
                .isCloseTo(2.13 / (2.13 * (1 + slowest) + .15), within(.01));
        assertThat(paper(0).efficiency(4096, 1e9, Exchange.FLOAT32)).isLessThan(.8);
    }

    /// A GPU's step leaves its communication to others; what does not overlap counts on both sides.
    @Test
    void aGpuHasNoWorkOfCommunicating() {
        ScalingModel cpu = paper(0);
        ScalingModel updating = new ScalingModel(cpu.layers(), cpu.forwardSeconds(), 2.13, 128, 0, true);
        assertThat(gpu(cpu, 1).efficiency(2, 1e9, Exchange.FLOAT32)).isCloseTo(1, within(1e-3));
        assertThat(1 / updating.efficiency(2, 1, Exchange.FLOAT32) - 1)
                .isCloseTo((1 / cpu.efficiency(2, 1, Exchange.FLOAT32) - 1) / 2, within(1e-3));
    }

    /// deploy/RANKS.md has rows of this model: an exchange, and for 1, 10 and 100 Gb/s the efficiencies of 2, 4, 8, 16 ranks.
    @Test
    void theTablesForUsersAreTheModels() throws Exception {
        Map<String, Exchange> exchanges = Map.of("data, float32", Exchange.FLOAT32, "data, bfloat16",
                Exchange.BFLOAT16, "factors", Exchange.FACTORS, "hybrid", Exchange.HYBRID);
        ScalingModel model = paper(0);
        int rows = 0;
        for (String line : Files.readAllLines(Path.of("../deploy/RANKS.md"))) {
            List<String> cells = Arrays.stream(line.split("\\|", -1)).map(String::strip).toList();
            if (line.startsWith("| a rank of 5,000")) {
                model = gpu(model, 128 / 5000.0 / 2.13);
            }
            Exchange exchange = cells.size() == 6 ? exchanges.get(cells.get(1)) : null;
            if (exchange == null) {
                continue;
            }
            for (int i = 0; i < 3; i++) {
                int link = List.of(1, 10, 100).get(i);
                ScalingModel of = model;
                assertThat(cells.get(2 + i)).as(line).isEqualTo(Stream.of(2, 4, 8, 16)
                        .map(ranks -> String.valueOf(Math.round(100 * of.efficiency(ranks, link, exchange))))
                        .collect(Collectors.joining(", ")));
            }
            rows++;
        }
        assertThat(rows).isEqualTo(8);
    }

    /// On paper, factors cost fewer bytes as long as all ranks together have fewer than 4,408 pictures.
    @Test
    void factorsPayForFewRanks() {
        assertThat(paper(0).efficiency(2, 1, Exchange.FACTORS))
                .isGreaterThan(paper(0).efficiency(2, 1, Exchange.FLOAT32));
        assertThat(paper(0).efficiency(64, 1, Exchange.FACTORS))
                .isLessThan(paper(0).efficiency(64, 1, Exchange.FLOAT32));
    }
}
