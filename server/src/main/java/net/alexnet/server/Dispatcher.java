package net.alexnet.server;

import module java.base;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.Fields;

/// The way of a request: checked, routed, its body collected, answered on a thread of its own.
final class Dispatcher extends Handler.Abstract.NonBlocking {
    /// Attributes of a request that failed in the server, for the log.
    static final String FAILURE = Dispatcher.class.getName() + ".failure";
    static final String FAILURE_ID = Dispatcher.class.getName() + ".id";

    /// The bytes from which an answer keeps its share of the memory until it is sent.
    private static final int LARGE = 1 << 20;

    private final Router router;
    private final Access access;
    private final Limits limits;
    private final EventStreams streams;
    private final BodyMemory memory;
    private final Executor executor;

    Dispatcher(Router router, Access access, Limits limits, BodyMemory memory, EventStreams streams,
            Executor executor) {
        this.router = router;
        this.access = access;
        this.limits = limits;
        this.streams = streams;
        this.memory = memory;
        this.executor = executor;
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) {
        Headers.protect(response.getHeaders());
        Exchange exchange = new Exchange(request, response, callback);
        try {
            admit(exchange);
        } catch (HttpFailure e) {
            exchange.fail(e);
        }
        return true;
    }

    private void admit(Exchange exchange) throws HttpFailure {
        Request request = exchange.request();
        access.requireHost(request.getHeaders(), Request.getLocalAddr(request));
        access.requireOwnSite(request.getMethod(), request.getHeaders());
        Optional<Router.Match> match = Optional.empty();
        Optional<HttpFailure> unknown = Optional.empty();
        try {
            match = Optional.of(router.find(request.getMethod(), rawPath(request)));
        } catch (HttpFailure e) {
            unknown = Optional.of(e); // told to those only who may call at all
        }
        int most = match.isPresent() && match.get().route().method().equals("GET") ? 0 : limits.body();
        if (most == 0 && request.getLength() > 0) {
            throw BodyReader.tooLarge(most);
        }
        if (match.isEmpty() || !match.get().route().isPublic()) {
            Map<String, String> query = query(request);
            String given = query.remove("token");
            if (given != null && access.hasToken() && match.isPresent() && match.get().route().method().equals("GET")) {
                exchange.send(access.login(given, address(request, query)));
                return;
            }
            access.requireToken(request.getHeaders(), Request.getCookies(request));
        }
        if (unknown.isPresent()) {
            throw unknown.get();
        }
        if (request.getLength() > most) {
            throw BodyReader.tooLarge(most);
        }
        read(exchange, match.orElseThrow(), most);
    }

    private static String rawPath(Request request) {
        return Objects.requireNonNullElse(request.getHttpURI().getPath(), "");
    }

    private static String address(Request request, Map<String, String> query) {
        return rawPath(request) + query.entrySet().stream()
                .map(one -> URLEncoder.encode(one.getKey(), StandardCharsets.UTF_8) + "="
                        + URLEncoder.encode(one.getValue(), StandardCharsets.UTF_8))
                .collect(Collectors.collectingAndThen(Collectors.joining("&"), all -> all.isEmpty() ? "" : "?" + all));
    }

    private static Map<String, String> query(Request request) throws HttpFailure {
        try {
            Map<String, String> query = new LinkedHashMap<>();
            for (Fields.Field field : Request.extractQueryParameters(request)) {
                query.put(field.getName(), field.getValue());
            }
            return query;
        } catch (IllegalArgumentException | IllegalStateException e) {
            throw new HttpFailure(400, "the query of the address is not in UTF-8 or has too many parameters");
        }
    }

    // --- the body --------------------------------------------------------------------------------------------------

    private void read(Exchange exchange, Router.Match match, int most) {
        BodyMemory.Share share = memory.new Share();
        Request.addCompletionListener(exchange.request(), _ -> share.close());
        var _ = new BodyReader(exchange.request(), most, share).start(limits.bodyTime())
                .whenComplete((body, failure) -> {
                    if (failure != null) {
                        share.close();
                    }
                    if (failure instanceof HttpFailure expected) {
                        exchange.fail(expected);
                    } else if (failure != null) {
                        exchange.send(exchange.fault(failure));
                    } else {
                        exchange.request().addIdleTimeoutListener(_ -> false); // it waits for us, not we for it
                        executor.execute(() -> answer(exchange, match, body, share));
                    }
                });
    }

    private void answer(Exchange exchange, Router.Match match, byte[] body, BodyMemory.Share share) {
        try {
            Map<String, String> headers = headers(exchange.request());
            String encoding = headers.getOrDefault("content-encoding", "").strip().toLowerCase(Locale.ROOT);
            Call call = new Call(match.route().method(), rawPath(exchange.request()), match.segments(),
                    query(exchange.request()), headers, BodyReader.inflate(body, encoding, limits.body(), share),
                    Duration.ofNanos(System.nanoTime() - exchange.request().getBeginNanoTime()), share);
            if (match.route().endpoint().isPresent()) {
                Reply reply = match.route().endpoint().get().answer(call);
                if (reply.body().remaining() < LARGE) {
                    share.close(); // a client that has its answer finds the memory free
                }
                exchange.send(reply);
            } else {
                stream(exchange, match.route().events().orElseThrow(), call);
                share.close();
            }
        } catch (Exception | Error e) {
            share.close();
            switch (e) {
                case HttpFailure expected -> exchange.fail(expected);
                case InterruptedException _ -> exchange.fail(HttpFailure.busy("the server is stopping", 1));
                default -> exchange.send(exchange.fault(e));
            }
        }
    }

    private static Map<String, String> headers(Request request) {
        Map<String, String> headers = new HashMap<>();
        for (HttpField field : request.getHeaders()) {
            headers.merge(field.getLowerCaseName(), Objects.requireNonNullElse(field.getValue(), ""),
                    (one, other) -> one + ", " + other);
        }
        return headers;
    }

    private void stream(Exchange exchange, Endpoint.Events events, Call call) throws Exception {
        if (exchange.request().getMethod().equals("HEAD")) {
            exchange.send(Reply.text("text/event-stream", ""));
            return;
        }
        EventStream stream = new EventStream(call.header("Last-Event-ID"), exchange.response(), exchange.callback());
        streams.add(stream);
        try {
            events.open(call, stream);
        } catch (Exception | Error e) {
            stream.abandon();
            throw e;
        }
        var headers = exchange.response().getHeaders();
        headers.put(HttpHeader.CONTENT_TYPE, "text/event-stream");
        headers.put(HttpHeader.CACHE_CONTROL, "no-store");
        headers.put("X-Accel-Buffering", "no"); // nginx would collect events otherwise
        stream.start();
    }

    // --- the answer ------------------------------------------------------------------------------------------------

    /// A request, and where its answer goes.
    private final class Exchange {
        private final Request request;
        private final Response response;
        private final Callback callback;

        Exchange(Request request, Response response, Callback callback) {
            this.request = request;
            this.response = response;
            this.callback = callback;
        }

        Request request() {
            return request;
        }

        Response response() {
            return response;
        }

        Callback callback() {
            return callback;
        }

        /// A person who opened an address in a browser is told on a page.
        void fail(HttpFailure failure) {
            send(asksForPage() ? failure.page() : failure.reply());
        }

        private boolean asksForPage() {
            return request.getMethod().equals("GET")
                    && Objects.requireNonNullElse(request.getHeaders().get(HttpHeader.ACCEPT), "")
                            .contains("text/html");
        }

        void send(Reply reply) {
            response.setStatus(reply.status());
            reply.headers().forEach((name, value) -> response.getHeaders().put(name, value));
            if (!request.getMethod().equals("HEAD")) {
                response.getHeaders().put(HttpHeader.CONTENT_LENGTH, reply.body().remaining());
            }
            // a client that reads too slowly is left
            long most = limits.idleTime().toMillis() + 1000L * reply.body().remaining() / limits.bytesPerSecond();
            var deadline = request.getComponents().getScheduler().schedule(
                    () -> request.getConnectionMetaData().getConnection().getEndPoint().close(), most,
                    TimeUnit.MILLISECONDS);
            response.write(true, reply.body().duplicate(), Callback.from(deadline::cancel, callback));
        }

        /// A failure that is ours: the caller learns its id, and the log the rest.
        Reply fault(Throwable failure) {
            String id = HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextInt());
            request.setAttribute(FAILURE, failure);
            request.setAttribute(FAILURE_ID, id);
            String error = "the server failed; its log says why, under the id " + id;
            return asksForPage()
                    ? new HttpFailure(500, error).page()
                    : Reply.json(500, Map.of("error", error, "id", id));
        }
    }
}
