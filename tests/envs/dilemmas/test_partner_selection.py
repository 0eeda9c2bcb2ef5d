"""Partner selection on hand-made scenes: turns, rewards, reputations and masks."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import stigmergy
from stigmergy.envs.dilemmas.partner_selection import policies
from stigmergy.envs.dilemmas.partner_selection.state import NOBODY, PLAY, PUNISH, SELECT
from stigmergy.envs.registration.make import make
from stigmergy.envs.tools.traces import play_at_random

ID = "dilemmas/partner_selection-v0"
C, D = 0, 1
SPARE, PUNISHES, SECOND, BOTH = range(4)


class Scene:
    """One env with agent 0 as the first player, and by default agent 1 as its partner."""

    def __init__(self, partner=1, **parameters):
        self.env = make(ID, 1, **parameters)
        self.last = self.env.reset(0)
        self.n = self.env.spec.num_agents
        self.returns = np.zeros(self.n)
        self.state = self.env.state
        if self.env.config.selection:
            self.step({0: partner - 1})
        else:
            self.state.partner[0, 0] = partner

    def step(self, actions):
        """Step with actions by agent, 0 for the others; return the rewards."""
        action = np.zeros((1, self.n), np.int64)
        for i, value in actions.items():
            action[0, i] = value
        self.last = self.env.step(action)
        paid = self.last.groups["agents"].reward[0].copy()
        self.returns += paid
        return paid

    def charge(self, targets):
        """Set the targets of agents."""
        self.state.target[0] = NOBODY
        for i, chosen in targets.items():
            self.state.target[0, i, : len(chosen)] = chosen
        self.last = self.env.restore(self.env.snapshot())

    def round(self, moves, punishments=(SPARE, SPARE)):
        """Play a round of agents 0 and 1 with direct punishment; return the rewards of both."""
        paid = self.step(dict(enumerate(moves)))
        paid = paid + self.step(dict(enumerate(punishments)))
        return tuple(paid[:2].tolist())

    @property
    def active(self):
        return np.flatnonzero(self.last.groups["agents"].active[0]).tolist()

    @property
    def reputation(self):
        return self.state.reputation[0].tolist()

    def choices(self, i):
        return np.flatnonzero(self.last.groups["agents"].action_mask[0, i]).tolist()


@pytest.mark.parametrize(
    ("moves", "punishments", "paid"),
    [
        pytest.param((C, C), (SPARE, SPARE), (3, 3), id="mutual cooperation"),
        pytest.param((C, D), (SPARE, SPARE), (0, 4), id="the sucker and the temptation"),
        pytest.param((D, D), (SPARE, SPARE), (1, 1), id="mutual defection"),
        pytest.param((C, D), (PUNISHES, SPARE), (0 + 2, 4 - 3), id="a just punishment"),
        pytest.param((C, C), (SPARE, PUNISHES), (3 - 3, 3 - 10), id="an unjust punishment"),
        pytest.param((D, D), (PUNISHES, PUNISHES), (1 - 3 + 2, 1 - 3 + 2), id="both punish"),
    ],
)
def test_goldens_of_the_source(moves, punishments, paid):
    assert Scene().round(moves, punishments) == paid


def test_given_punishing_partners_cooperation_pays_best():
    """Payoffs of a player whose partner punishes justly: CC 3, CD 0, DC 1, DD -2."""
    paid = {(own, other): Scene().round((own, other), (SPARE, own))[0] for own in (C, D) for other in (C, D)}
    assert paid == {(C, C): 3, (C, D): 0, (D, C): 1, (D, D): -2}


def test_punishing_is_a_loss_in_the_costly_variant():
    assert Scene(just_reward=-3).round((C, D), (PUNISHES, SPARE)) == (0 - 3, 4 - 3)


def test_reputations_follow_moves_and_punishments():
    scene = Scene()
    scene.round((C, D), (PUNISHES, PUNISHES))  # agent 0: +1 and just +2; agent 1: -1 and unjust -3
    assert scene.reputation == [[3, -4, 0, 0, 0]]
    scene.round((C, C))
    assert scene.reputation == [[4, -3, 0, 0, 0]]


def test_private_opinions_know_avengers_and_persecutors():
    """Agent 3 punishes agent 1, which defected against agent 0; agent 4 punishes agent 0."""
    scene = Scene(reputation="private", punishment="third_party")
    scene.step({0: C, 1: D})
    scene.charge({3: [1], 4: [0]})
    scene.step({3: PUNISHES, 4: PUNISHES})
    assert scene.reputation == [
        [0, -1, 0, 2 + 5, -3 - 5],  # avenged by 3, persecuted by 4
        [1, 0, 0, 2 - 5, -3],
        [1, -1, 0, 2, -3],
        [1, -1, 0, 0, -3],
        [1, -1, 0, 2, 0],
    ]


def test_the_phases_of_a_season():
    """All choose; then each in turn plays two rounds with its partner; both punish after each."""
    scene = Scene(partner=3, rounds=2, max_cycles=1000)
    pairs = [(0, 3), (1, 2), (2, 3), (3, 4), (4, 0)]
    for first, second in pairs:
        for _ in range(2):
            for phase in (PLAY, PUNISH):
                assert scene.state.phase[0] == phase
                assert scene.active == sorted((first, second))
                assert scene.choices(first) == scene.choices(second) == [0, 1]
                assert scene.choices(next(i for i in range(5) if i not in (first, second))) == [0]
                scene.step({})
    assert scene.state.phase[0] == SELECT
    assert scene.active == [0, 1, 2, 3, 4]
    assert scene.choices(0) == [0, 1, 2, 3]
    assert scene.state.season[0] == 1


def test_without_punishment_and_selection_there_is_only_play():
    scene = Scene(selection=False, punishment="none", rounds=1, max_cycles=1000)
    for _ in range(20):
        assert scene.state.phase[0] == PLAY
        assert len(scene.active) == 2
        scene.step({})
    assert scene.state.season[0] == 4
    assert scene.env.spec.signals == {}
    assert scene.env.spec.groups[0].action_space.n == 2


def test_a_third_party_may_have_to_decide_on_both():
    scene = Scene(punishment="third_party")
    scene.step({0: D, 1: C})
    scene.charge({2: [0, 1]})
    assert scene.active == [2]
    assert scene.choices(2) == [0, 1, 2, 3]
    paid = scene.step({2: BOTH})
    np.testing.assert_array_equal(paid, [-3, -3, 2 - 10, 0, 0])
    assert scene.reputation == [[-1, 1, 2 - 3, 0, 0]]
    signals = {name: value[0] for name, value in scene.last.signals.items()}
    np.testing.assert_array_equal(signals["opportunity"], [0, 0, 1, 0, 0])
    np.testing.assert_array_equal(signals["sanction"], [0, 0, 1, 0, 0])
    np.testing.assert_array_equal(np.argwhere(signals["target"]), [(2, 0), (2, 1)])
    scene.step({0: D, 1: C})
    scene.charge({2: [0], 4: [1]})
    assert scene.choices(2) == scene.choices(4) == [0, 1]
    np.testing.assert_array_equal(scene.step({2: SPARE, 4: SPARE}), 0)
    np.testing.assert_array_equal(scene.last.signals["opportunity"][0], [0, 0, 1, 0, 1])
    np.testing.assert_array_equal(scene.last.signals["sanction"][0], 0)


def test_direct_and_third_parties_together():
    scene = Scene(punishment="both")
    scene.step({0: C, 1: D})
    scene.charge({0: [1], 1: [0], 3: [1], 4: [0]})
    np.testing.assert_array_equal(scene.step({0: PUNISHES, 3: PUNISHES}), [2, -6, 0, 2, 0])


def test_third_parties_are_drawn_from_all_others_alike():
    num_envs = 9000
    env = make(ID, num_envs, punishment="third_party", selection=False)
    env.reset(1)
    env.state.partner[:, 0] = 2
    step = env.step(np.zeros((num_envs, 5), np.int64))
    target = env.state.target
    for victim in (0, 2):
        drawn = (target == victim).any(axis=2)
        assert (drawn.sum(axis=1) == 1).all()
        share = drawn.mean(axis=0)
        assert share[0] == share[2] == 0
        assert np.abs(share[[1, 3, 4]] - 1 / 3).max() < 3 * np.sqrt(2 / 9 / num_envs)
    same = (target != NOBODY).all(axis=2).any(axis=1)  # one agent was drawn for both
    assert abs(same.mean() - 1 / 3) < 3 * np.sqrt(2 / 9 / num_envs)
    np.testing.assert_array_equal(step.groups["agents"].active, target[:, :, 0] != NOBODY)


def test_partners_are_drawn_from_all_others_alike():
    env = make(ID, 8000, selection=False)
    env.reset(2)
    for i in range(5):
        share = np.bincount(env.state.partner[:, i], minlength=5) / 8000
        assert share[i] == 0
        assert np.abs(np.delete(share, i) - 1 / 4).max() < 3.5 * np.sqrt(3 / 16 / 8000)  # twenty shares


def test_the_centipede_game_goes_on_until_somebody_defects():
    scene = Scene(game="centipede", rounds=2)
    assert scene.active == [0]
    np.testing.assert_array_equal(scene.step({0: C}), [-1, 5, 0, 0, 0])
    assert scene.active == [1]  # the partner may punish
    np.testing.assert_array_equal(scene.step({1: PUNISHES}), [-3, -10, 0, 0, 0])
    assert scene.active == [1]  # and moves
    np.testing.assert_array_equal(scene.step({1: D}), 0)
    assert scene.active == [0]
    np.testing.assert_array_equal(scene.step({0: PUNISHES}), [2, -3, 0, 0, 0])
    assert scene.state.pair[0] == 1
    assert scene.active == [1]
    for move in range(4):  # two rounds, both in turn
        assert scene.state.pair[0] == 1
        scene.step({1 if move % 2 == 0 else 2: C})
        scene.step({})
    assert scene.state.pair[0] == 2


def parts(row, slots=1):
    """Split an observation: phase, own reputation, those of others, play, and the slots."""
    split = np.split(np.asarray(row, np.float64).round(4), np.cumsum([3, 1, 4, 7] + [6] * slots)[:-1])
    return [part.tolist() for part in split]


def test_agents_see_what_they_decide_on():
    scene = Scene(reputation_scale=10, show_in_punish=True, rounds=1)
    scene.state.reputation[0, 0] = [10, -10, 40, 0, 0]
    scene.charge({})
    seen = scene.last.groups["agents"].observation[0]
    idle = [0.0] * 4, [0.0] * 7, [0.0] * 6
    unknown = [0, 0, 1]
    assert parts(seen[0]) == [[0, 1, 0], [0.5], idle[0], [*unknown, *unknown, -0.5], idle[2]]
    assert parts(seen[1]) == [[0, 1, 0], [-0.5], idle[0], [*unknown, *unknown, 0.5], idle[2]]
    assert parts(seen[2]) == [[0, 1, 0], [0], *idle]  # has nothing to decide
    scene.step({0: C, 1: D})
    seen = scene.last.groups["agents"].observation[0]
    good, bad = round(11 / 21, 4), round(-11 / 21, 4)
    assert parts(seen[0]) == [[0, 0, 1], [0], idle[0], idle[1], [0, 1, 1, 0, bad, good]]
    assert parts(seen[1]) == [[0, 0, 1], [0], idle[0], idle[1], [1, 0, 0, 1, good, bad]]
    while scene.state.phase[0] != SELECT:
        scene.step({})
    scene.state.reputation[0, 0] = [10, -10, 40, 0, 90]
    scene.charge({})
    seen = scene.last.groups["agents"].observation[0]
    assert parts(seen[1]) == [[1, 0, 0], [-0.5], [0.8, 0, 0.9, 0.5], *idle[1:]]


def test_agents_see_their_own_opinions_if_they_are_private():
    scene = Scene(reputation="private", reputation_scale=1, rounds=1)
    while scene.state.phase[0] != SELECT:
        scene.step({})
    scene.state.reputation[0] = np.arange(25).reshape(5, 5) * (1 - np.eye(5))
    scene.charge({})
    for i in range(5):
        others = [5 * i + (i + 1 + a) % 5 for a in range(4)]
        expected = [round(value / (value + 1), 4) for value in others]
        assert parts(scene.last.groups["agents"].observation[0, i])[1:3] == [[0], expected]
    hidden = Scene(reputation="none", show_in_play=True)
    hidden.round((D, D))
    assert hidden.reputation == [[0] * 5]


def test_reputations_outlive_episodes_only_if_kept():
    for keep in (False, True):
        scene = Scene(keep_reputation=keep, max_cycles=3)
        scene.round((D, C))
        assert scene.last.truncated[0]
        scene.step({})
        assert scene.reputation == [[-1, 1, 0, 0, 0] if keep else [0] * 5]
        assert (scene.state.last == 2).all()
        assert scene.env.reset(0).groups["agents"].observation.max() == 1
        assert scene.reputation == [[0] * 5]


def test_metrics_by_hand():
    """Two seasons of one round each.

    Agent 0 defects throughout and is punished by its partners; agent 1 punishes a cooperator once.
    """
    scene = Scene(num_agents=3, rounds=1, max_cycles=14, partner=1)  # 0 with 1, 1 with 2, 2 with 0
    scene.step({0: D, 1: C})
    scene.step({1: PUNISHES})  # just
    scene.step({1: C, 2: C})
    scene.step({1: PUNISHES})  # unjust
    scene.step({0: D, 2: C})
    scene.step({2: PUNISHES})  # just
    scene.step({0: 1, 1: 0, 2: 1})  # 0, 1 and 2 choose 2, 2 and 1, which cooperated last
    for moves in ({0: D, 2: C}, {1: C, 2: C}, {1: C, 2: C}):
        scene.step(moves)
        scene.step({})
    assert scene.last.truncated[0]
    outcome = {name: float(value[0]) for name, value in scene.last.metrics.items()}
    returns = [4 - 3 + 4 - 3 + 4, 0 + 2 + 3 - 10 + 3 + 3, 3 - 3 + 0 + 2 + 0 + 3 + 3]
    assert scene.returns.tolist() == returns
    assert np.isnan(outcome.pop("equality")) == (min(returns) < 0)
    assert outcome == pytest.approx(
        {
            "cooperation": 9 / 12,
            "selected_cooperators": 1,
            "efficiency": sum(returns) / 14,
            "mean_return": sum(returns) / 3,
            "sanction_cost": -2 + 10 - 2,
            "sanction_fines": 3 + 3 + 3,
            "return_0": returns[0],
            "return_1": returns[1],
            "return_2": returns[2],
            "sanctions": 3,
            "sanction_rate": 3 / 12,
            "hits": 3,
            "just_hits": 2,
            "unjust_hits": 1,
        }
    )


def group(bots, num_envs=100, **parameters):
    """Mean returns and all metrics if agent i plays as `bots[i]`."""
    env = make(ID, num_envs, **parameters)
    step = env.reset(1)
    while not step.last.any():
        chosen = {bot: bot(env.state, env.config) for bot in set(bots)}
        step = env.step(np.stack([chosen[bot][:, i] for i, bot in enumerate(bots)], axis=1))
    return env.state.returns.mean(axis=0), step.metrics


@pytest.mark.parametrize(
    "parameters", [{"selection": False, "punishment": "none", "max_cycles": 100}, {"max_cycles": 202}]
)
def test_it_is_a_dilemma(parameters):
    everyone, nobody = [policies.cooperate] * 5, [policies.defect] * 5
    lone = [policies.defect, *everyone[1:]]
    together, apart = group(everyone, **parameters)[0], group(nobody, **parameters)[0]
    assert together.mean() == pytest.approx(3 * apart.mean())
    assert group(lone, **parameters)[0][0] > 1.2 * together.mean()


def test_punishers_who_choose_turn_it_around():
    lone = group([policies.defect, *[policies.punish] * 4])
    together = group([policies.punish] * 5)
    assert lone[0][0] < 0.3 * together[0].mean()
    assert (lone[1]["unjust_hits"] == 0).all()
    assert (lone[1]["just_hits"] >= 50).all()  # as the first player it meets one ten times in each of five seasons
    assert (lone[1]["selected_cooperators"] == 1).all()  # after the first season nobody chooses it
    assert (together[1]["sanctions"] == 0).all()
    for punishment in ("third_party", "both"):
        metrics = group([policies.defect, *[policies.punish] * 4], punishment=punishment)[1]
        assert (metrics["just_hits"] > 30).all()
        assert (metrics["unjust_hits"] == 0).all()


def test_tit_for_tat_does_what_the_partner_did():
    scene = Scene()
    moves = policies.tit_for_tat(scene.state, scene.env.config)[0]
    assert moves[:2].tolist() == [C, C]
    scene.round((D, C))
    assert policies.tit_for_tat(scene.state, scene.env.config)[0, :2].tolist() == [C, D]
    together = group([policies.tit_for_tat] * 5, 10)[1]
    assert (together["cooperation"] == 1).all()


@pytest.mark.parametrize("bot", [policies.cooperate, policies.defect, policies.tit_for_tat, policies.punish])
@pytest.mark.parametrize("punishment", ["none", "direct", "both"])
def test_bots_keep_to_the_masks_and_leave_the_state_alone(bot, punishment):
    env = make(ID, 6, punishment=punishment, reputation="private", rounds=2)
    step = env.reset(3)
    for _ in range(60):
        before = env.snapshot()
        action = bot(env.state, env.config)
        for old, new in zip(before, env.state):
            np.testing.assert_array_equal(old, new)
        few = type(before)(*(value[:2] for value in before))
        np.testing.assert_array_equal(bot(few, env.config), action[:2])
        rows = step.groups["agents"]
        legal = np.take_along_axis(rows.action_mask, action[:, :, None], axis=2)[:, :, 0]
        assert legal[rows.active].all()
        step = env.step(action)


@settings(max_examples=20, deadline=None)
@given(
    st.integers(3, 6),
    st.sampled_from(["dilemma", "centipede"]),
    st.booleans(),
    st.sampled_from(["none", "direct", "third_party", "both"]),
    st.sampled_from(["public", "private", "none"]),
    st.integers(0, 2**31),
)
def test_whatever_is_played_the_books_balance(n, game, selection, punishment, reputation, seed):
    env = make(
        ID,
        4,
        num_agents=n,
        game=game,
        selection=selection,
        punishment=punishment,
        reputation=reputation,
        rounds=2,
        max_cycles=90,
    )
    returns = np.zeros((4, n))

    def look(t, step):
        rows = step.groups["agents"]
        returns[:] += rows.reward
        assert rows.active.any(axis=1).all()
        assert (rows.action_mask[~rows.active].sum(axis=-1) == 1).all()
        if punishment != "none":
            assert (step.signals["sanction"] <= step.signals["opportunity"]).all()
            np.testing.assert_array_equal(step.signals["target"].any(axis=2), step.signals["sanction"])
            assert not step.signals["target"].diagonal(axis1=1, axis2=2).any()

    play_at_random(env, 90, look, seed)
    np.testing.assert_array_equal(returns, env.state.returns)
    moves, cooperated = env.state.moves.sum(axis=1), env.state.cooperated.sum(axis=1)
    hits, just = env.state.hits.sum(axis=(1, 2)), env.state.just.sum(axis=1)
    if game == "centipede":
        paid = 4.0 * cooperated - 3 * hits + 2 * just - 10 * (hits - just)
        np.testing.assert_array_equal(returns.sum(axis=1), paid)
    assert (cooperated <= moves).all()
    assert (env.state.partner != np.arange(n)).all()
    if reputation == "none":
        assert not env.state.reputation.any()


@pytest.mark.parametrize(
    ("parameters", "sentence"),
    [
        ({"num_agents": 1}, "num_agents is 1; allowed is 2 to 64"),
        ({"num_agents": 2, "punishment": "both"}, "num_agents is 2 and punishment is 'both'; third parties need 3"),
        ({"rounds": 0}, "rounds is 0; allowed is 1 to 10000"),
        ({"fine": float("inf")}, "fine is inf; allowed is -1000000 to 1000000"),
        ({"reputation_scale": 0}, r"reputation_scale is 0.*; allowed is"),
        ({"max_cycles": 0}, "max_cycles is 0; allowed is 1"),
        ({"payoff": [[3, 0], [4, float("nan")]]}, r"payoff\[1\]\[1\] is nan"),
        ({"payoff": [[3, 0]]}, "payoff.1"),
        ({"punishment": "indirect"}, "punishment is 'indirect'.*'direct'"),
        ({"reputation": "secret"}, "reputation is 'secret'.*'private'"),
    ],
)
def test_bad_parameters_are_told_in_a_sentence(parameters, sentence):
    with pytest.raises(stigmergy.BadParameter, match=sentence):
        make(ID, **parameters)


def test_text_shows_the_scene():
    scene = Scene()
    scene.step({0: C, 1: D})
    assert scene.env.text(0).splitlines()[1].split() == ["0", "1", "C", "1", "-", "0"]
    assert "0 with 1: C D, punish" in scene.env.text(0)
