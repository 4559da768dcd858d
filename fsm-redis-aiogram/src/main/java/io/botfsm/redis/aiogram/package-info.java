/**
 * Conversations in Redis in the layout of aiogram 3, {@link io.botfsm.redis.aiogram.AiogramStateStorage}, and their
 * migration into this library's layout or back, {@link io.botfsm.redis.aiogram.AiogramMigration}.
 */
@NullMarked
package io.botfsm.redis.aiogram;

import org.jspecify.annotations.NullMarked;
