# Общее для всех писем: подписи, даты, пометка тестового режима, низ письма.

test-banner = Тестовый режим: настоящие деньги не двигались.
footer-sent = Отправлено автоматически: { $host }.
footer-account = Ваш аккаунт и уведомления

shop-unknown = Магазин без названия
device-unknown = Неизвестное устройство
card-unknown = Карта

label-shop = Магазин
label-amount = Сумма
label-description = За что
label-until = Оплатить до
label-taken = Списано
label-reserved = Заблокировано
label-refund = Возврат
label-paid = Платёж
label-card = Карта
label-order = Номер заказа
label-reference = Номер платежа
label-date = Дата
label-reason = Причина
label-device = Устройство
label-codes-left = Осталось запасных кодов
label-telegram = Telegram
label-endpoint = Адрес
label-endpoint-id = Точка приёма
label-since = Ошибки с
label-risk = Почему задержан

button-pay = Оплатить
button-account = Открыть мой аккаунт
button-confirm = Подтвердить адрес
button-reset = Задать новый пароль
button-login = Войти
button-close = Удалить мой аккаунт
button-invitation = Открыть приглашение
button-cabinet = Открыть кабинет
button-security = Проверить аккаунт
button-endpoint = Открыть точки приёма
button-hint = Если кнопка не работает, откройте этот адрес:

moment = { $day } { $month } { $year } г., { $time } UTC
month-1 = января
month-2 = февраля
month-3 = марта
month-4 = апреля
month-5 = мая
month-6 = июня
month-7 = июля
month-8 = августа
month-9 = сентября
month-10 = октября
month-11 = ноября
month-12 = декабря
