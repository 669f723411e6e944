# Служба поддержки.

key-approve = Одобрить
key-reject = Отклонить
key-why = Почему
key-card = Карточка
key-refund = Вернуть…
key-reveal = Показать данные
key-confirm = Вернуть { $amount }
key-leave = Оставить
key-queue = Очередь

staff-role = Ваша роль: { $role }. Нужна роль { $needed }.
staff-usage =
    <b>Чего-то не хватает</b>
    { $usage }
staff-several = Подходят несколько платежей. Какой из них?
staff-none = Ничего не подходит к <code>{ $query }</code>.
staff-stale = Кнопка уже использована, устарела или не ваша. Ничего не сделано.
staff-changed =
    <b>Платёж тем временем изменился</b>
    Ничего не возвращено. Посмотрите на него ещё раз: /pay { $reference }.

staff-review =
    <b>На проверку</b>{ $test }
    <b>{ $amount }</b>, магазин { $shop }
    Карта •• { $last4 } · заказ <code>{ $order }</code>
    Номер платежа <code>{ $reference }</code>
    Почему задержан: { $reasons }
    В банк ничего не отправлено.
staff-review-approved =
    <b>Одобрено</b>{ $test }
    <b>{ $amount }</b>, магазин { $shop }: отправлено в банк.
    Карта •• { $last4 } · заказ <code>{ $order }</code>
    Номер платежа <code>{ $reference }</code>
staff-review-rejected =
    <b>Отклонено</b>{ $test }
    <b>{ $amount }</b>, магазин { $shop }: отказано. В банк ничего не отправлено.
    Карта •• { $last4 } · заказ <code>{ $order }</code>
    Номер платежа <code>{ $reference }</code>
staff-decided-by = Кто решил: { $name }
staff-review-outcome = Сейчас: { $status }
staff-review-line = <b>{ $amount }</b> · { $shop } · { $reasons }{ $test }
staff-review-late = Уже решил кто-то другой.
staff-review-empty = Ничто не ждёт решения.
staff-review-title = Ждут решения: <b>{ $count }</b>, самые срочные первыми
staff-review-due = Решить до { $at }
staff-case =
    <b>Покупатель не узнаёт платёж</b>{ $test }
    <b>{ $amount }</b>, магазин { $shop }
    Карта •• { $last4 } · заказ <code>{ $order }</code>
    Номер платежа <code>{ $reference }</code>
staff-case-id = Обращение <code>{ $case }</code>
staff-dispute-opened =
    <b>Покупатель оспаривает платёж</b>{ $test }
    <b>{ $disputed }</b> в пользу { $shop }, удержано { $held }
    Карта •• { $last4 } · заказ <code>{ $order }</code> · причина { $reason }
    Магазин может ответить до { $until }.
staff-dispute-asked =
    <b>Эмитент спрашивает о платеже</b>{ $test }
    <b>{ $disputed }</b> в пользу { $shop }. Деньги не удержаны.
    Карта •• { $last4 } · заказ <code>{ $order }</code> · причина { $reason }
    Магазин может ответить до { $until }.
staff-dispute-contested =
    <b>Эмитент не согласен со своим решением</b>{ $test }
    <b>{ $disputed }</b> в пользу { $shop }; { $held } снова удержано.
    Магазин может ответить до { $until }.
staff-dispute-challenged =
    <b>Магазин ответил на спор</b>{ $test }
    <b>{ $disputed }</b> в пользу { $shop }. Доказательства уходят в банк; решает эмитент.
staff-dispute-won =
    <b>Спор выигран</b>{ $test }
    <b>{ $disputed }</b> в пользу { $shop }. Удержанное возвращено магазину.
staff-dispute-lost =
    <b>Спор проигран</b>{ $test }
    <b>{ $held }</b> магазина { $shop } вернулись покупателю.
staff-dispute-accepted =
    <b>Магазин согласился со спором</b>{ $test }
    <b>{ $held }</b> магазина { $shop } вернулись покупателю.
staff-dispute-expired =
    <b>На спор не ответили вовремя</b>{ $test }
    <b>{ $held }</b> магазина { $shop } остаются покупателю.
staff-dispute-unanswered =
    <b>На вопрос эмитента не ответили вовремя</b>{ $test }
    <b>{ $disputed }</b> в пользу { $shop }. Может последовать спор.
staff-dispute-id =
    Спор <code>{ $dispute }</code>
    Номер платежа <code>{ $reference }</code>
staff-endpoint-failing =
    <b>Точка приёма не отвечает</b>
    С { $since } адрес { $host } ничего не принял.
    <code>{ $endpoint }</code>
staff-endpoint-disabled =
    <b>Точка приёма отключена</b>
    Вебхуки на { $host } больше не отправляются. События сохраняются.
    <code>{ $endpoint }</code>

card-title = <b>{ $amount }</b> · { $status }{ $test }
card-shop = Магазин: { $shop }
card-order = Заказ: <code>{ $order }</code>
card-reference = Номер платежа: <code>{ $reference }</code>
card-id = <code>{ $payment }</code>
card-amounts = Заблокировано { $authorized }, списано { $captured }, возвращено { $refunded }, в пути назад { $pending }
card-buyer = Покупатель: { $email } · IP { $ip }
card-card = { $brand } { $first6 }•• { $last4 }, { $expiry }
card-wallet = Кошелёк: { $wallet }
card-authentication = 3-D Secure: { $status }{ $eci } · { $liability ->
        [yes] за мошенничество отвечает эмитент
       *[no] ответственность не перенесена
    }
card-issuer = Эмитент: { $issuer }
card-decline = Отказ: { $code }
card-timeline = <b>Хронология</b>
card-event = { $at } { $event }
card-refunds = <b>Возвраты</b>
card-refund = { $amount } { $status }, { $by }
card-none = –

find-title = Найдено <b>{ $count }</b> по запросу <code>{ $query }</code>
find-line = <b>{ $amount }</b> · { $status }{ $test } · { $email } · <code>{ $reference }</code>

refund-nothing =
    <b>Возвращать нечего</b>
    Списано { $captured }, возвращено { $refunded }, в пути назад { $pending }.
refund-whole-only = Telegram возвращает платёж в звёздах только целиком. Не указывайте сумму: /refund и платёж.
refund-too-much =
    <b>Это больше, чем осталось</b>
    Можно вернуть не больше { $available }.
refund-amount-wrong = <code>{ $text }</code> не сумма в { $currency }. Напишите так: 12,50.
refund-reason-wrong = Причина: от 1 до 200 знаков в одну строку.
refund-summary =
    <b>Вернуть { $amount }?</b>{ $test }
    Магазин: { $shop }
    Заказ: <code>{ $order }</code>
    Номер платежа: <code>{ $reference }</code>
    Карта •• { $last4 }
    Списано { $captured }, возвращено раньше { $refunded }, после этого останется { $left }
    Причина: { $reason }
refund-summary-part = Часть: <code>/refund { $reference } 10,00 причина</code>
refund-sending = <b>Возвращаем { $amount }…</b> Спрашиваем банк.
refund-done =
    <b>Возвращено { $amount }</b>{ $test }
    Номер платежа <code>{ $reference }</code>. Покупатель и магазин узнают об этом.
refund-refused =
    <b>Банк отклонил возврат { $amount }</b>{ $test }
    Номер платежа <code>{ $reference }</code>. Ничего не возвращено, сумму можно вернуть снова.
refund-waiting =
    <b>Банк не ответил о возврате { $amount }</b>{ $test }
    Номер платежа <code>{ $reference }</code>. Не повторяйте: банк спросят ещё раз, итог появится в карточке.
refund-impossible =
    <b>Сейчас нельзя</b>
    Состояние платежа этого не позволяет: { $status }.
staff-unavailable = Сейчас нельзя: у другой операции с платежом ещё нет итога. Попробуйте через минуту.

why-title = <b>Почему</b> · <code>{ $reference }</code>{ $test }
why-decision = { $at }: <b>{ $verdict }</b>
why-reasons = Причины: { $reasons }
why-no-reasons = Ни один список или предел не сработал.
why-feature = { $key }: <code>{ $value }</code>
why-none = Антифрод этого платежа не видел.
why-bank = Банк { $acquirer }: { $kind } { $status }{ $code }
why-buyer = Покупатель читает: { $text }

status-title = <b>Состояние</b>
status-inbox = Входящие: ждут { $waiting }, не удалось обработать { $dead }
status-unplanned = События без плана: { $count }
status-deliveries = { $channel }: { $states }
status-no-deliveries = Доставок пока нет
status-reviews = Открытые проверки: { $count }
status-unknown = Сообщения банку без итога: { $count }
status-acquirer = Банк { $acquirer }: { $state }
status-acquirer-closed = отвечает
status-acquirer-open = не отвечает, платежи ему не отправляются
status-acquirer-half-open = проверяется снова
status-database = База данных: { $name }

list-title = <b>Списки</b>: последние записи, { $count }
list-line = <b>{ $list }</b> { $attribute } <code>{ $value }</code> – { $reason }
list-none = Ни в одном списке нет записей.
list-added = Добавлено: <b>{ $list }</b> { $attribute } <code>{ $value }</code>.
list-wrong-list = Список: trust, allow, block или gray.
list-wrong-attribute = Признак: card, email, ip, bin или country.
list-wrong-value = <code>{ $value }</code> не подходит к { $attribute }.
list-default-reason = внесено в список из бота

audit-title = <b>Журнал</b>: последние строки, { $count }
audit-line =
    { $number } · { $at }
    { $actor } <b>{ $action }</b> <code>{ $subject }</code> { $after }
audit-none = Строк нет.

staff-overdue =
    <b>Банк не ответил о { $amount }</b>{ $test }
    { $kind } в { $acquirer } для <b>{ $shop }</b>, карта •• { $last4 }, заказ <code>{ $order }</code>, номер <code>{ $reference }</code>, с { $since }.
    Никто не знает, произошло ли это. Спросите ещё раз или позвоните в банк и запишите его ответ: <code>/settle { $operation } done</code> или <code>failed</code>, с причиной.
staff-overdue-succeeded =
    <b>Банк это сделал: { $amount }</b>{ $test }
    { $kind } в { $acquirer } для <b>{ $shop }</b>, номер <code>{ $reference }</code>. Исход <code>{ $operation }</code> теперь известен; покупатель и магазин извещены.
staff-overdue-failed =
    <b>Банк этого не сделал: { $amount }</b>{ $test }
    { $kind } в { $acquirer } для <b>{ $shop }</b>, номер <code>{ $reference }</code>. Исход <code>{ $operation }</code> теперь известен; покупатель и магазин извещены.
key-ask-bank = Спросить банк ещё раз
overdue-asked-succeeded = Банк это сделал.
overdue-asked-failed = Банк этого не сделал.
overdue-asked-unknown = Ответа банка всё ещё нет.
overdue-known = Исход этого сообщения уже известен.
overdue-settled = Записано для <code>{ $operation }</code>. Платёж теперь: { $status }.

broadcast-card =
    <b>Сообщение «{ $name }»</b>: { $state }
    Кому: { $language }, просили новости: { $people }
    Начало: { $at }
    Написано: { $written } из { $people }
    Сообщения: отправлено { $sent }, ждут { $waiting }, не доставлено { $failed }
broadcast-all = все языки
broadcast-running = отправляется
broadcast-paused = остановлено
broadcast-done = написано всем
broadcast-cancelled = отозвано
broadcast-wrong =
    <b>Отправить нельзя</b>
    { $error }
key-broadcast-send = Отправить
key-broadcast-resume = Продолжить
key-broadcast-pause = Пауза
key-broadcast-cancel = Отозвать
