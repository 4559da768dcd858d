/**
 * Conversations in Redis as aiogram 3 keeps them, {@link io.botfsm.redis.aiogram.AiogramStateStorage}, and their
 * migration into this library's layout or back, {@link io.botfsm.redis.aiogram.AiogramMigration}.
 */
@NullMarked
package io.botfsm.redis.aiogram;

import org.jspecify.annotations.NullMarked;
