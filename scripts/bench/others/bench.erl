%% The rows of the benchmark that Erlang/OTP has an equivalent of, in the same run as cake's: the local ones in one node, those
%% between processes in two nodes over Erlang's distribution on loopback. Prints one JSON line for each.
%%
%%     erl -noshell -sname a -setcookie c -run bench main REPEAT
-module(bench).
-export([main/1, echo/0, counter/2, peer/0]).

main([Repeat]) ->
    N = list_to_integer(Repeat),
    row("local request and reply, routine to routine", "1/s", N, fun() -> request_reply(spawn(?MODULE, echo, []), 300000) end),
    row("local fan-in: 1000 senders, one receiver, 1 M messages", "1/s", N, fun() -> fan_in(1000, 1000) end),
    row("create 100 000 actors, each answers once", "s", N, fun() -> create(100000) end),
    Remote = start_peer(),
    row("transport: request and reply, one at a time", "1/s", N, fun() -> request_reply(Remote, 20000) end),
    row("transport: request and reply, 100 outstanding", "1/s", N, fun() -> outstanding(Remote, 100, 100000) end),
    row("transport: one way, 100 bytes", "1/s", N, fun() -> one_way(Remote, 300000) end),
    Remote ! stop,
    init:stop().

row(Name, Unit, Repeat, Measure) ->
    Values = lists:sort([Measure() || _ <- lists:seq(1, Repeat)]),
    Median = lists:nth(Repeat div 2 + 1, Values),
    io:format("{\"row\":\"~s\",\"unit\":\"~s\",\"median\":~.3f,\"min\":~.3f,\"max\":~.3f}~n",
              [Name, Unit, float(Median), float(hd(Values)), float(lists:last(Values))]).

per_second(Count, Start) -> Count * 1.0e6 / max(1, erlang:monotonic_time(microsecond) - Start).

echo() ->
    receive
        {From, ping} -> From ! ack, echo();
        stop -> ok
    end.

request_reply(Server, Count) ->
    Start = erlang:monotonic_time(microsecond),
    ask(Server, Count),
    per_second(Count, Start).

ask(_, 0) -> ok;
ask(Server, Count) ->
    Server ! {self(), ping},
    receive ack -> ask(Server, Count - 1) end.

fan_in(Senders, Each) ->
    Self = self(),
    Receiver = spawn(?MODULE, counter, [Self, Senders * Each]),
    Start = erlang:monotonic_time(microsecond),
    [spawn(fun() -> [Receiver ! {note, I} || I <- lists:seq(1, Each)] end) || _ <- lists:seq(1, Senders)],
    receive counted -> per_second(Senders * Each, Start) end.

counter(Parent, 0) -> Parent ! counted;
counter(Parent, Left) -> receive {note, _} -> counter(Parent, Left - 1) end.

create(Count) ->
    Self = self(),
    Start = erlang:monotonic_time(microsecond),
    [spawn(fun() -> Self ! ack end) || _ <- lists:seq(1, Count)],
    collect(Count),
    (erlang:monotonic_time(microsecond) - Start) / 1.0e6.

collect(0) -> ok;
collect(Count) -> receive ack -> collect(Count - 1) end.

%% The other node runs this module, too, and registers its process.
start_peer() ->
    [Name, Host] = string:split(atom_to_list(node()), "@"),
    Peer = list_to_atom(Name ++ "_peer@" ++ Host),
    Command = io_lib:format("erl -noshell -sname ~s_peer -setcookie ~s -pa ~s -run bench peer",
                            [Name, erlang:get_cookie(), filename:dirname(code:which(?MODULE))]),
    spawn(fun() -> os:cmd(lists:flatten(Command)) end),
    await(Peer, 100).

await(Peer, 0) -> exit({no_peer, Peer});
await(Peer, Tries) ->
    case net_adm:ping(Peer) of
        pong ->
            case rpc:call(Peer, erlang, whereis, [bench_peer]) of
                Pid when is_pid(Pid) -> Pid;
                _ -> timer:sleep(100), await(Peer, Tries - 1)
            end;
        pang -> timer:sleep(100), await(Peer, Tries - 1)
    end.

peer() ->
    register(bench_peer, spawn(fun() -> serve(0), init:stop() end)).

serve(Count) ->
    receive
        {From, ping} -> From ! ack, serve(Count);
        {note, _} -> serve(Count + 1);
        {From, tally} -> From ! {tally, Count}, serve(Count);
        stop -> ok
    end.

outstanding(Server, Window, Count) ->
    Start = erlang:monotonic_time(microsecond),
    [Server ! {self(), ping} || _ <- lists:seq(1, Window)],
    pump(Server, Count - Window),
    collect(Window),
    per_second(Count, Start).

pump(_, 0) -> ok;
pump(Server, Count) ->
    receive ack -> Server ! {self(), ping}, pump(Server, Count - 1) end.

%% Every message must have arrived.
one_way(Server, Count) ->
    Before = tally(Server),
    Text = binary:copy(<<"x">>, 50),
    Start = erlang:monotonic_time(microsecond),
    [Server ! {note, Text} || _ <- lists:seq(1, Count)],
    After = tally(Server),
    Rate = per_second(Count, Start),
    Count = After - Before,
    Rate.

tally(Server) ->
    Server ! {self(), tally},
    receive {tally, Count} -> Count end.
