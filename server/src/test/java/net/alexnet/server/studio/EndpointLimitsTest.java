package net.alexnet.server.studio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import module java.base;
import net.alexnet.server.BodyMemory;
import net.alexnet.server.Call;
import net.alexnet.server.Endpoint;
import net.alexnet.server.HttpFailure;
import net.alexnet.server.Reply;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class EndpointLimitsTest {
    private static Call call(Map<String, String> headers) {
        return new Call("GET", "/", Map.of(), Map.of(), headers, new byte[0], Duration.ZERO,
                new BodyMemory(1 << 20).new Share());
    }

    @Test
    void refusesMoreHeavyWorkThanCanWait() throws Exception {
        CountDownLatch end = new CountDownLatch(1);
        AtomicInteger atOnce = new AtomicInteger();
        AtomicInteger refused = new AtomicInteger();
        CountDownLatch asked = new CountDownLatch(40 - 34);
        try (EndpointLimits limits = new EndpointLimits(new PageFrame(false));
                ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
            Endpoint slow = limits.heavy(_ -> {
                atOnce.incrementAndGet();
                end.await();
                return Reply.empty(204);
            });
            for (int i = 0; i < 40; i++) { // 2 work and 32 wait
                callers.execute(() -> {
                    try {
                        slow.answer(call(Map.of()));
                    } catch (HttpFailure e) {
                        refused.addAndGet(e.status() == 503 ? 1 : 0);
                        asked.countDown();
                    } catch (Exception e) {
                        throw new AssertionError(e);
                    }
                });
            }
            asked.await();
            assertThat(atOnce.get()).isLessThanOrEqualTo(2);
            assertThat(limits.light(_ -> Reply.empty(204)).answer(call(Map.of())).status()).isEqualTo(204);
            end.countDown();
        }
        assertThat(refused.get()).isEqualTo(6);
    }

    @Test
    void tellsWhatIsDamaged() throws Exception {
        try (EndpointLimits limits = new EndpointLimits(new PageFrame(false))) {
            Endpoint damaged = limits.heavy(_ -> {
                throw new IOException("the <file> is damaged");
            });
            assertThatThrownBy(() -> damaged.answer(call(Map.of()))).isInstanceOfSatisfying(HttpFailure.class,
                    failure -> assertThat(failure.status()).isEqualTo(409));
            Reply page = damaged.answer(call(Map.of("accept", "text/html,*/*")));
            assertThat(page.status()).isEqualTo(409);
            assertThat(page.headers()).containsEntry("Content-Type", "text/html; charset=utf-8");
            assertThat(StandardCharsets.UTF_8.decode(page.body().duplicate()).toString())
                    .contains("the &lt;file&gt; is damaged");
            Endpoint missing = limits.light(_ -> {
                throw new NoSuchFileException("x");
            });
            assertThatThrownBy(() -> missing.answer(call(Map.of()))).isInstanceOfSatisfying(HttpFailure.class,
                    failure -> assertThat(failure.status()).isEqualTo(404));
        }
    }
}
