"""The Reward Points Service: points that customers collect, and turn into coupons."""

from __future__ import annotations

from ...messages import Service
from .handlers import HANDLERS
from .reward_errors import write_reward_error

SERVICE = Service("reward-points.yaml", HANDLERS, write_reward_error)
