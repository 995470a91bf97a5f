"""Every table that there is."""

import domains.account.models
import domains.activities
import domains.blog.ghost.models
import domains.blog.models
import domains.cart.models
import domains.events.models
import domains.federation.models
import domains.look
import domains.market.models
import domains.sample
import domains.site
import flows.engine.models

__all__ = ["domains", "flows"]
