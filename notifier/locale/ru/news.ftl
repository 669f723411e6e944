# Письма, о которых люди просили, в каждом – выход.

news =
    .subject = Новости: { $title }
    .title = { $title }
    .lead = { $text }
    .next = Вы получаете это, потому что просили новости Aviso.

unsubscribe = Отписаться от этих писем

report-monthly =
    .subject = Ваши платежи: { $month }
    .title = Ваши платежи: { $month }
    .lead = Сколько вы заплатили по каждой валюте и сколько из этого вернулось.
    .next = Вы получаете это, потому что просили итог месяца. Отдельные платежи бот пришлёт по команде /statement.

shop-digest =
    .subject = { $shop }: что произошло
    .title = Что произошло в { $shop }
    .lead = Сначала суммы, затем самое важное.
    .next = Вы действуете от имени этого магазина и выбрали узнавать об этом сразу.
shop-digest-hourly =
    .subject = { $shop }: за последний час
    .title = { $shop } за последний час
    .lead = Сначала суммы, затем самое важное.
    .next = Вы действуете от имени этого магазина и выбрали узнавать об этом раз в час.
shop-digest-daily =
    .subject = { $shop }: за последний день
    .title = { $shop } за последний день
    .lead = Сначала суммы, затем самое важное.
    .next = Вы действуете от имени этого магазина и выбрали узнавать об этом раз в день.
digest-payment-captured = Оплачено
digest-payment-declined = Отклонено
digest-refund-succeeded = Возвращено
digest-refund-failed = Возвраты не удались
digest-dispute-opened = Новые споры
digest-dispute-won = Споры выиграны
digest-dispute-lost = Споры проиграны
digest-endpoint-failing = Вебхуки не отвечают
digest-endpoint-disabled = Вебхуки отключены
